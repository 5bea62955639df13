import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import type { AnyRoom } from "./room/joined-room.ts";
import type { HudSlot } from "./view.ts";

/**
 * State and functions for a plugin's panel. A component that reads a signal is drawn anew when it changes.
 */
export interface PanelContext {
  /** The open room; undefined outside of one. */
  readonly room: ReadonlySignal<AnyRoom | undefined>;
  /** The account's characters, deleted ones too. */
  readonly characters: ReadonlySignal<readonly { readonly id: string; readonly name: string }[]>;
  /** The games on offer. */
  readonly games: ReadonlySignal<readonly { readonly game: string; readonly label: string }[]>;
  /**
   * Calls a route of the server as the account that is signed in. Throws errors that {@link explain} takes.
   */
  request<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Leaves the open room, if any, and joins another by its code. Never throws: the page says why. */
  join(code: string): Promise<void>;
  /** Opens the panel of this name, if it is one of the people's, the contests' or the account's. */
  show(panel: string): void;
  /** Shows a line for some seconds, over whatever is open. */
  notice(text: string): void;
  /**
   * Hides players of the open room, by session id, instead of those before: their emotes are not shown, nor
   * their names where the player has chosen so.
   */
  hide(sessionIds: readonly string[]): void;
  /** The text of an error for players. */
  explain(error: unknown): string;
}

/** Another player of the open room. */
export interface PersonHere {
  /** Of the connection, by which messages to the room name the player. */
  readonly sessionId: string;
  /** Of the character. */
  readonly name: string;
  /** Whether a bot plays. */
  readonly bot: boolean;
}

/**
 * Where a panel is: over the world beside what the game shows there; a page of the account with a button; a
 * tab beside "People here"; or a tab of the contests, such as boards and matches. Tabs are reached from the
 * join form too.
 */
export type PanelSlot = HudSlot | "account" | "people" | "contests";

/**
 * The part of a plugin in the page: where its panel stands, and how it is drawn. Made by `definePanel` in a
 * file of its own, which the server does not load.
 */
export interface PagePanel {
  /** Name of the plugin. */
  readonly name: string;
  /** Heading that players read. */
  readonly title: string;
  /** Its place in the page. */
  readonly slot: PanelSlot;
  /** Text of its button or tab. Default: the title. */
  readonly button?: string;
  /** How much waits in it, shown at its tab and at the button that leads there; 0: nothing. */
  readonly waiting?: ReadonlySignal<number>;
  /** CSS of its own elements. */
  readonly style?: string;
  /** Once, when the page opens: for a panel that listens to messages of the room while it is not shown. */
  open?(context: PanelContext): void;
  /** Renders the panel; it re-renders by the signals it reads. */
  render(context: PanelContext): ComponentChild;
  /** What can be done with another player of the room: buttons at each name under "People here". */
  renderPerson?(context: PanelContext, person: PersonHere): ComponentChild;
}

/**
 * Defines the part of a plugin in the page; one entry of `panels` adds it.
 *
 * @example
 * const score = definePanel({ name: "score", title: "Score", slot: "top", render: () => "3 : 2" });
 * startPage({ views, panels: [score] });
 */
export function definePanel(panel: PagePanel): PagePanel {
  return panel;
}
