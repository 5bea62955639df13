import { Account } from "./account.ts";
import { AccountDeletion } from "./account-deletion.ts";
import { Alert } from "./alert.ts";
import { AuditHead, AuditSignature } from "./audit-chain.ts";
import { AuditEntry } from "./audit-entry.ts";
import { Character } from "./character.ts";
import { CheatFlag } from "./cheat-flag.ts";
import { ClientError } from "./client-error.ts";
import { DeathLock, KillCount } from "./death.ts";
import { EventLog } from "./event-log.ts";
import { AccountIdentity, OidcAttempt } from "./identity.ts";
import { Item } from "./item.ts";
import { LastingMatch, LastingMatchSeat } from "./lasting-match.ts";
import { LedgerLeg, RequestResult } from "./ledger.ts";
import { LiveSetting, SettingChange } from "./live-setting.ts";
import { MetricHistory } from "./metric-history.ts";
import { OperatorSession, OperatorTotp } from "./operator.ts";
import { KeptRecording } from "./recording.ts";
import { Report } from "./report.ts";
import { PlayerNote, Sanction } from "./sanction.ts";
import { Setting } from "./setting.ts";
import { JoinTicket, RefreshToken, SignIn } from "./sign-in.ts";
import { Vault } from "./vault.ts";
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
  Vault,
  Setting,
  LiveSetting,
  SettingChange,
  EventLog,
  AuditEntry,
  AuditHead,
  AuditSignature,
  CheatFlag,
  KeptRecording,
  DeathLock,
  KillCount,
  SignIn,
  RefreshToken,
  JoinTicket,
  AccountIdentity,
  OidcAttempt,
  OperatorSession,
  OperatorTotp,
  Sanction,
  PlayerNote,
  Report,
  AccountDeletion,
  MetricHistory,
  Alert,
  ClientError,
];
