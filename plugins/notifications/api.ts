import type { Db } from "roomkeep/server";
import type { z } from "zod";
import type { Page } from "./box.ts";
import type { NotificationKind, ShownAction } from "./kind.ts";
import type { Push } from "./push/push.ts";
import type { PushSettings } from "./push/settings.ts";

/** Settings of the plugin. */
export interface NotificationSettings extends PushSettings {
  /** Notifications that are kept of one account. */
  readonly keptMax: number;
  /** Of one sender, over all processes. */
  readonly sendsPerMinute: number;
  /** Days after which a notification is deleted. */
  readonly days: number;
}

/** A notification to be sent. */
export interface Notification<P extends z.ZodObject> {
  readonly kind: NotificationKind<P>;
  readonly params: z.input<P>;
  /** Account of whom it comes from; absent: from the server. */
  readonly from?: string;
  /** 1 to 100 characters: while one of this kind and key is kept, another one changes nothing. */
  readonly key?: string;
  /** Seconds after which it is no longer shown, from 1 to a year; absent: it stays as long as all do. */
  readonly expiresInS?: number;
}

/** A notification as its player sees it. */
export interface ShownNotification {
  /** Grows by one with each of the account. */
  readonly number: number;
  readonly kind: string;
  readonly text: string;
  readonly actions: readonly ShownAction[];
  /** ISO. */
  readonly at: string;
  readonly expiresAt: string | null;
  readonly read: boolean;
}

/** Part of the notifications of an account. */
export interface NotificationList {
  readonly notifications: readonly ShownNotification[];
  /** What a page has seen when it has seen this list: it asks for those after it. */
  readonly latest: number;
  /** How many are not read, beyond the list too. */
  readonly unread: number;
}

/** What is done within a transaction of the caller's; `tell` once it is through. */
export interface NotificationsWithin {
  /**
   * Keeps a notification, as `send` does, without counting the sender's.
   *
   * @returns false: it was there, or the sender is blocked
   * @throws NOTIFICATION_INVALID, ACCOUNT_UNKNOWN
   */
  send<P extends z.ZodObject>(accountId: string, notification: Notification<P>): Promise<boolean>;
  /** Deletes the one of a kind and key, such as of a request that was withdrawn. */
  withdraw(accountId: string, kind: NotificationKind, key: string): Promise<void>;
  /** Deletes all of one sender, such as of somebody who is blocked. */
  withdrawFrom(accountId: string, from: string): Promise<void>;
  /** Lets the pages know. Call it after the transaction, and never within it. */
  tell(): Promise<void>;
}

/** Says within the transaction of a notification whether it is stopped. */
export type SenderRule = (db: Db, accountId: string, from: string) => Promise<boolean>;

/** Notifications of accounts: the plugin's API for rooms, routes and other plugins. */
export interface Notifications {
  /**
   * Declares a kind, once in a process, when its plugin opens.
   * @throws PLUGIN_INVALID it is declared already
   */
  declare<P extends z.ZodObject>(kind: NotificationKind<P>): void;
  /** Adds a rule of who may send to whom. What it stops looks sent. */
  refuseWhere(rule: SenderRule): void;
  /**
   * Keeps a notification for an account, and shows it at once where the account plays.
   *
   * @returns false: one with its key is there, or its sender is blocked
   * @throws NOTIFICATION_INVALID, ACCOUNT_UNKNOWN nothing was kept
   * @throws RATE_LIMITED the sender has sent too many
   */
  send<P extends z.ZodObject>(accountId: string, notification: Notification<P>): Promise<boolean>;
  /** The same as parts of a transaction that the caller has opened. */
  within(db: Db): NotificationsWithin;
  /** @throws DATABASE_UNAVAILABLE */
  list(accountId: string, page: Page): Promise<NotificationList>;
  /** @throws NOTIFICATION_UNKNOWN a number that is none yet */
  read(
    accountId: string,
    marks: { readonly numbers: readonly number[] } | { readonly upTo: number },
  ): Promise<{ unread: number }>;
  /** @throws NOTIFICATION_UNKNOWN */
  dismiss(accountId: string, number: number): Promise<void>;
  /** Lets the pages of an account know that one is gone. */
  tellGone(accountId: string, number: number): Promise<void>;
  /** Keeps a text for all accounts, within the caller's transaction; `look` afterwards. */
  announce(db: Db, text: string, expiresInS: number): Promise<{ id: string }>;
  /** Looks for announcements now. Never throws. */
  look(): Promise<void>;
  /** Looks for sanctions and mail now, instead of within seconds. Never throws. */
  readSources(): Promise<void>;
  /** An account is in a room of this process, or has left one. */
  joined(accountId: string): void;
  left(accountId: string): void;
  /** @throws PLUGIN_INVALID an action names a route that the server has not */
  checkRoutes(routes: ReadonlySet<string>): void;
  readonly push: Push;
  /** How many were sent, by kind. */
  readonly sent: ReadonlyMap<string, number>;
  readonly settings: NotificationSettings;
}
