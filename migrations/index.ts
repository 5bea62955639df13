import { AccountsAndCharacters1763700000001 } from "./001-accounts-and-characters.ts";
import { ZoneSaves1763700000002 } from "./002-zone-saves.ts";
import { ItemsAndLedger1763700000003 } from "./003-items-and-ledger.ts";
import { Settings1763700000004 } from "./004-settings.ts";
import { DeathsAndKills1763700000005 } from "./005-deaths-and-kills.ts";
import { EventLog1763700000020 } from "./020-event-log.ts";

/** Every migration, oldest first: classes, not a file pattern, so that source and compiled package agree. */
export const MIGRATIONS = [
  AccountsAndCharacters1763700000001,
  ZoneSaves1763700000002,
  ItemsAndLedger1763700000003,
  Settings1763700000004,
  DeathsAndKills1763700000005,
  EventLog1763700000020,
];
