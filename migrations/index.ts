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
import { Operators1764300000040 } from "./040-operators.ts";
import { AuditChain1764300000041 } from "./041-audit-chain.ts";
import { Sanctions1764300000042 } from "./042-sanctions.ts";
import { Reports1764300000043 } from "./043-reports.ts";
import { AccountDeletions1764300000044 } from "./044-account-deletions.ts";
import { LiveSettings1764300000045 } from "./045-live-settings.ts";
import { MetricHistory1764300000046 } from "./046-metric-history.ts";
import { ClientErrors1764300000047 } from "./047-client-errors.ts";
import { KeptRecordings1764300000048 } from "./048-recordings.ts";
import { AnnouncedDeeds1764300000049 } from "./049-announced-deeds.ts";
import { Vaults1764330000050 } from "./050-vaults.ts";

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
  Operators1764300000040,
  AuditChain1764300000041,
  Sanctions1764300000042,
  Reports1764300000043,
  AccountDeletions1764300000044,
  LiveSettings1764300000045,
  MetricHistory1764300000046,
  ClientErrors1764300000047,
  KeptRecordings1764300000048,
  AnnouncedDeeds1764300000049,
  Vaults1764330000050,
];
