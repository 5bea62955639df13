import type { Signal } from "@preact/signals";
import type { Account } from "../account.ts";
import type { GameEntry, RoomEntry } from "../api.ts";
import type { Input } from "../input.ts";
import type { PartyBoard } from "../party.ts";
import type { Session } from "../session.ts";
import type { Settings } from "../settings.ts";
import type { Board } from "../world.ts";

/** Which overlay is open. */
export type Overlay = "none" | "help" | "settings" | "share" | "people";

/** Everything the HUD reads and may do. */
export interface Page {
  readonly title: string;
  readonly session: Session;
  readonly account: Account;
  readonly settings: Settings;
  readonly board: Board;
  readonly party: PartyBoard;
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
  /** A phone-sized window. */
  readonly narrow: Signal<boolean>;
  /** Whether touch controls are shown. */
  readonly touch: Signal<boolean>;
  recover(code: string): Promise<void>;
  say(text: string): void;
  /** Sends an emote by index into EMOTES. */
  emote(index: number): void;
}
