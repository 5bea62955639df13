import type { Signal } from "@preact/signals";
import type { Account } from "./account/account.ts";
import type { Input } from "./input/input.ts";
import type { ItemsStore } from "./items/items-store.ts";
import type { GameEntry, PlaySession, RoomEntry } from "./network/api.ts";
import type { OverflowRoomsStore } from "./network/overflow-rooms.ts";
import type { ConsoleStore } from "./network/room-console.ts";
import type { Session } from "./network/session.ts";
import type { HudStore } from "./room-view.ts";
import type { Settings } from "./settings.ts";
import type { DirectMessageStore } from "./social/direct-messages.ts";
import type { PartyStore } from "./social/party.ts";

/** Which overlay is open. */
export type Overlay = "none" | "help" | "settings" | "share" | "people" | "console" | "account";

/** Which page of the account's overlay is shown. */
export type AccountPage = "sign-in" | "sign-up" | "reset" | "password" | "visits" | "you";

/** Everything the HUD reads and may do. */
export interface Page {
  readonly title: string;
  readonly session: Session;
  readonly account: Account;
  readonly settings: Settings;
  readonly board: HudStore;
  readonly party: PartyStore;
  readonly letters: DirectMessageStore;
  readonly siblings: OverflowRoomsStore;
  readonly console: ConsoleStore;
  /** Whether the panel of rates is open. */
  readonly ratesOpen: Signal<boolean>;
  readonly things: ItemsStore;
  /** Session id of the avatar that was clicked last; empty. */
  readonly picked: Signal<string>;
  readonly input: Input;
  /** Code of the room in the page's address, until it was used. */
  readonly invited: Signal<string>;
  /** The game that Play joins. */
  readonly quickGame: Signal<string>;
  readonly rooms: Signal<readonly RoomEntry[]>;
  /** Why the room list could not be read, for people; empty. */
  readonly offline: Signal<string>;
  readonly games: Signal<readonly GameEntry[]>;
  readonly overlay: Signal<Overlay>;
  readonly accountPage: Signal<AccountPage>;
  /** What players call the identity provider of this server; empty: it has none. */
  readonly provider: Signal<string>;
  /** A phone-sized window. */
  readonly narrow: Signal<boolean>;
  /** Whether touch controls are shown. */
  readonly touch: Signal<boolean>;
  recover(code: string): Promise<void>;
  /** Leaves for the identity provider; `link`: for whoever is signed in. */
  leaveFor(link: boolean): void;
  readVisits(): Promise<readonly PlaySession[]>;
  /** Sends an emote by index into EMOTES. */
  emote(index: number): void;
}
