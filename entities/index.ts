import { Account } from "./account.ts";
import { Character } from "./character.ts";
import { EventLog } from "./event-log.ts";
import { DeathLock, KillCount } from "./death.ts";
import { Item } from "./item.ts";
import { LedgerLeg, RequestResult } from "./ledger.ts";
import { Setting } from "./setting.ts";
import { ZoneQuarantine, ZoneSave } from "./zone-save.ts";

export {
  Account,
  Character,
  DeathLock,
  EventLog,
  Item,
  KillCount,
  LedgerLeg,
  RequestResult,
  Setting,
  ZoneQuarantine,
  ZoneSave,
};

/** Every row class, for the DataSource. */
export const ENTITIES = [
  Account,
  Character,
  ZoneSave,
  ZoneQuarantine,
  Item,
  LedgerLeg,
  RequestResult,
  Setting,
  EventLog,
  DeathLock,
  KillCount,
];
