import type { ComponentChild } from "preact";
import type { Object3D } from "three";
import type { Actor, ItemTemplates, Level, WorldState } from "../shared/index.ts";
import type { PredictEffect } from "./network/optimistic-effects.ts";
import type { Pose, Prediction, Step } from "./network/predict.ts";
import type { OnEvent } from "./network/room-events.ts";
import type { PanelView } from "./panel-view.ts";
import type { JoinedRoom } from "./room/joined-room.ts";
import type { ActorView } from "./scene/actor-view.ts";
import type { ActorViews } from "./scene/actor-views.ts";
import type { ActorSize, DebugDraw } from "./scene/debug-draw.ts";
import type { SceneryBrush } from "./scene/level/scenery.ts";
import type { Sounds } from "./scene/sounds.ts";
import type { Stage } from "./scene/stage.ts";
import type { Wear } from "./scene/worn-items.ts";
import type { Settings } from "./settings.ts";

/** Places on the screen for a game's own panels: above, at the right, or in the middle. */
export type HudSlot = "top" | "side" | "center";

/** State and functions for a game's view while its room is open. */
export interface ViewContext<S extends WorldState = WorldState> {
  readonly room: JoinedRoom<S>;
  readonly stage: Stage;
  readonly actors: ActorViews;
  readonly prediction: Prediction;
  readonly settings: Settings;
  readonly sounds: Sounds;
  /** The drawn pose of the own avatar. */
  me(): Readonly<Pose> | undefined;
  /** Calls back once a frame, after all actors are placed. Ends with the room. */
  onFrame(frame: (dtS: number, now: number) => void): void;
  /**
   * Shows a component in a slot; it re-renders by the signals it reads, and by each call, be it with the same
   * function. Another function replaces it, null empties the slot.
   */
  show(slot: HudSlot, render: (() => ComponentChild) | null): void;
  /** Puts a mark above an avatar's name; null removes it. */
  mark(id: string, mark: Object3D | null): void;
  /** Shows a short line in the middle that fades by itself: for what the player must know now. */
  notice(text: string): void;
  /** Adds a line to the feed: "You picked a herb". The same line again is counted. */
  tell(text: string): void;
  /**
   * Calls back for each event of a kind that the room sends to this player. Ends with the room.
   *
   * @example
   * onEvent(Picked, ({ payload, own }) => own && tell(`You picked a ${payload.herb}.`));
   */
  readonly onEvent: OnEvent;
  /** Sends a message and shows its effect at once; the effect is removed if the room refuses. */
  readonly predict: PredictEffect;
  /** Shows a ray in the debug drawing, if that is on. */
  readonly debugRay: DebugDraw["ray"];
}

/**
 * Pictures and labels of a game's items. Without a picture an item gets one from its name and icon.
 *
 * @example
 * items: { templates: ITEMS, worn: ["Head", "Feet"], uses: { herb: "Eat" } },
 */
export interface ItemsView {
  /** The same object that the room has as `static items`. */
  readonly templates: ItemTemplates;
  /** Names of the equipment slots, by number. */
  readonly worn?: readonly string[];
  /** Verbs of the items' buttons, by template. Default: every item that is not worn can be used. */
  readonly uses?: Readonly<Record<string, string>>;
  /** The inside of an `<svg viewBox="0 0 48 48">`; undefined: the default picture. */
  picture?(template: string): ComponentChild | undefined;
  /** Makes the object of a worn item on an avatar's body; undefined: none. */
  readonly wear?: Wear;
}

/**
 * The page's side of a game. Only title and level are required. By default avatars, crates and balls are
 * drawn, the input walks, and chat and lists are shown.
 *
 * @example
 * export const yardView: GameView = { title: "Yard", level: yard };
 */
export interface GameView<S extends WorldState = WorldState> {
  readonly title: string;
  readonly level: Level;
  /** The room's `interest`, for the debug drawing. */
  readonly interest?: { readonly radiusM: number; readonly cellM?: number };
  /** Hit volume of a kind of actor, for the debug drawing. */
  sizeOf?(kind: string): ActorSize | undefined;
  /** The room's step if it is not `walk`: the same function that the server runs. */
  step?(room: JoinedRoom<S>): Step;
  /** Adds to the scenery: paving, garlands, jets. */
  decorate?(brush: SceneryBrush): void;
  /** For a game whose avatars carry items: adds bag, trade and shop. */
  readonly items?: ItemsView;
  /** Makes the views of the game's own kinds of actors. */
  readonly kinds?: Record<string, (actor: Actor) => ActorView>;
  /** Called when the room is joined. @returns undoes what the context does not undo by itself */
  mount?(context: ViewContext<S>): (() => void) | undefined;
}

/** A view, or what loads it when its game is first shown: then the page begins without it. */
export type ViewSource = GameView | PanelView | (() => Promise<GameView | PanelView>);

/** Views of games by the name under which their rooms are defined: worlds, and panels. */
export type GameViews = Record<string, ViewSource>;

/**
 * Types a view by its state, so that it can be listed with others.
 *
 * @example
 * export const tagView = defineView<TagState>({
 *   title: "Tag",
 *   level: arena,
 *   mount: ({ room }) => openLobby(room),
 * });
 */
export function defineView<S extends WorldState>(view: GameView<S>): GameView {
  return view as unknown as GameView;
}
