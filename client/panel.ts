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
  /** The text of an error for players. */
  explain(error: unknown): string;
}

/**
 * The part of a plugin in the page: where its panel stands, and how it is drawn. Made by `definePanel` in a
 * file of its own, which the server does not load.
 */
export interface PagePanel {
  /** Name of the plugin. */
  readonly name: string;
  readonly title: string;
  /** Where it is: over the world beside what the game shows there, or a page of the account with a button. */
  readonly slot: HudSlot | "account";
  /** Text of the account's button. Default: the title. */
  readonly button?: string;
  /** CSS of its own elements. */
  readonly style?: string;
  render(context: PanelContext): ComponentChild;
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
