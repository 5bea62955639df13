import { AccountsAndCharacters1763700000001 } from "./001-accounts-and-characters.ts";
import { ZoneSaves1763700000002 } from "./002-zone-saves.ts";
import { ItemsAndLedger1763700000003 } from "./003-items-and-ledger.ts";
import { Settings1763700000004 } from "./004-settings.ts";
import { DeathsAndKills1763700000005 } from "./005-deaths-and-kills.ts";
import { SignIns1763700000010 } from "./010-sign-ins.ts";
import { CharactersOfAnAccount1763700000011 } from "./011-characters-of-an-account.ts";
import { Identities1763700000013 } from "./013-identities.ts";
import { Audit1763700000014 } from "./014-audit.ts";
import { EventLog1763700000020 } from "./020-event-log.ts";
import { ZoneLeases1763700000021 } from "./021-zone-leases.ts";
import { Piles1763700000022 } from "./022-piles.ts";
import { AccountSweeps1764281947031 } from "./031-account-sweeps.ts";
import { CheatFlags1764282000032 } from "./032-cheat-flags.ts";
import { EventAge1764282100033 } from "./033-event-age.ts";
import { GiverOfATicket1764290000034 } from "./034-giver-of-a-ticket.ts";
import { LastingMatches1764291600035 } from "./035-lasting-matches.ts";

/** Every migration, oldest first: classes, not a file pattern, so that source and compiled package agree. */
export const MIGRATIONS = [
  AccountsAndCharacters1763700000001,
  ZoneSaves1763700000002,
  ItemsAndLedger1763700000003,
  Settings1763700000004,
  DeathsAndKills1763700000005,
  SignIns1763700000010,
  CharactersOfAnAccount1763700000011,
  Identities1763700000013,
  Audit1763700000014,
  EventLog1763700000020,
  ZoneLeases1763700000021,
  Piles1763700000022,
  AccountSweeps1764281947031,
  CheatFlags1764282000032,
  EventAge1764282100033,
  GiverOfATicket1764290000034,
  LastingMatches1764291600035,
];
