import { Account } from "./account.ts";
import { AuditEntry } from "./audit-entry.ts";
import { Character } from "./character.ts";
import { CheatFlag } from "./cheat-flag.ts";
import { DeathLock, KillCount } from "./death.ts";
import { EventLog } from "./event-log.ts";
import { AccountIdentity, OidcAttempt } from "./identity.ts";
import { Item } from "./item.ts";
import { LastingMatch, LastingMatchSeat } from "./lasting-match.ts";
import { LedgerLeg, RequestResult } from "./ledger.ts";
import { Setting } from "./setting.ts";
import { JoinTicket, RefreshToken, SignIn } from "./sign-in.ts";
import { ZoneLease, ZoneQuarantine, ZoneSave } from "./zone-save.ts";

/** Every row class, for the DataSource. */
export const ENTITIES = [
  Account,
  Character,
  ZoneSave,
  ZoneQuarantine,
  ZoneLease,
  LastingMatch,
  LastingMatchSeat,
  Item,
  LedgerLeg,
  RequestResult,
  Setting,
  EventLog,
  AuditEntry,
  CheatFlag,
  DeathLock,
  KillCount,
  SignIn,
  RefreshToken,
  JoinTicket,
  AccountIdentity,
  OidcAttempt,
];
