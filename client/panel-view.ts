import type { ComponentChild } from "preact";
import type { GameState } from "../shared/index.ts";
import type { PredictEffect } from "./network/optimistic-effects.ts";
import type { OnEvent } from "./network/room-events.ts";
import type { JoinedRoom } from "./room/joined-room.ts";
import type { Sounds } from "./scene/sounds.ts";
import type { Settings } from "./settings.ts";

/** Where a game is shown: a player's page, the screen of the room, or a player's phone. */
export type Place = "page" | "screen" | "pad";

/** The seats of a state, as the game declared them: its own class stands before that of all games. */
export type SeatOf<S> = S extends {
  readonly seats: { get: { (id: string): infer Own; (id: string): infer Plain } };
}
  ? NonNullable<unknown extends Own ? Plain : Own>
  : never;

/**
 * How a screen shows the way into the room: over the whole screen, beside the game, as a bar above it, or not
 * at all.
 */
export type InvitationSize = "large" | "side" | "bar" | "none";

/** The way into the open room, for others. */
export interface ShareLink {
  /** Of the room, such as Q7KX. */
  readonly code: string;
  /** The whole link, for a QR code or a message. */
  readonly address: string;
  /** The link as a QR code, to be put into a component. */
  qr(): ComponentChild;
}

/** State and functions for the panel view of a game, while its room is open. */
export interface PanelViewContext<S extends object = GameState> {
  readonly room: JoinedRoom<S>;
  readonly place: Place;
  readonly share: ShareLink;
  readonly settings: Settings;
  readonly sounds: Sounds;
  /** The own seat; undefined on a screen. */
  me(): SeatOf<S> | undefined;
  /** Sends a message of the game. The state shows what came of it, or a notice why it was refused. */
  send(type: string, payload?: unknown): void;
  /** Sends a message and shows its effect at once; the effect is removed if the room refuses. */
  readonly predict: PredictEffect;
  /**
   * Draws a component in the root: now, and again whenever the state or a signal that it reads changes, at
   * most once a frame.
   *
   * @example
   * mount(_root, { room, me, show }) {
   *   show(() => <h1>{me()?.name}, round {room.state.round}</h1>);
   * },
   */
  show(draw: () => ComponentChild): void;
  /** Calls back after the state has changed, at most once a frame, for a view without Preact. */
  onChange(changed: () => void): void;
  /** Shows a short line in the middle that fades by itself: for what the player must know now. */
  notice(text: string): void;
  /** Adds a line to the feed. The same line again is counted. */
  tell(text: string): void;
  /** Calls back for each event of a kind that the room sends to this player. Ends with the room. */
  readonly onEvent: OnEvent;
  /** On a screen: how large the way into the room is shown. Default: "side". */
  invite(size: InvitationSize): void;
  /** Vibrates where the device can. @param pattern ms of vibration, or of vibration and pause in turn */
  vibrate(pattern: number | readonly number[]): void;
}

/** Builds one place of a game in an element. @returns undoes what the context does not undo by itself */
export type MountPanel<S extends object = GameState> = (
  root: HTMLElement,
  context: PanelViewContext<S>,
) => (() => void) | undefined;

/**
 * The page's side of a game without a 3D world: DOM in a root, by Preact or without. Only title and mount are
 * required; each place without a part of its own shows `mount`.
 */
export interface PanelView<S extends object = GameState> {
  readonly title: string;
  /**
   * CSS of the game, there while it is shown. The look of the page is in variables that it may set anew on
   * `:root`: `--ground --ink --soft --paper --line --accent --accent-ink --good --bad --radius`.
   */
  readonly style?: string;
  /** False: no chat beside the game. */
  readonly chat?: boolean;
  /** In a player's page. */
  readonly mount: MountPanel<S>;
  /** On a screen of the room, which has no seat; beside it the page shows code, QR code and players. */
  readonly screen?: MountPanel<S>;
  /** On a player's phone: made by `definePad`, or by the game itself. */
  readonly pad?: MountPanel<S>;
}

/**
 * Defines the page's side of a game without a 3D world. A page whose games are all of this kind loads no
 * three.js and needs no WebGL.
 *
 * @example
 * export const dinnerView = definePanelView<DinnerState>({
 *   title: "Dinner",
 *   style: ":root { --accent:#1d6b4d; }",
 *   mount(_root, { room, send, show }) {
 *     show(() => (
 *       <main class="paper">
 *         <h1>{room.state.dish}</h1>
 *         <button type="button" onClick={() => send("eat", {})}>Eat</button>
 *       </main>
 *     ));
 *   },
 * });
 */
export function definePanelView<S extends object = GameState>(view: PanelView<S>): PanelView {
  return view as unknown as PanelView;
}
