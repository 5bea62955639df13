import type { ComponentChild } from "preact";
import type { Actor, ItemTemplates, Level, WorldState } from "roomkeep/shared";
import type { Object3D } from "three";
import type { PredictEffect } from "./network/optimistic-effects.ts";
import type { GameRoom, Pose, Prediction, Step } from "./network/predict.ts";
import type { OnEvent } from "./network/room-events.ts";
import type { ActorView, ActorViews } from "./scene/actor-views.ts";
import type { ActorSize, DebugDraw } from "./scene/debug-draw.ts";
import type { SceneryBrush } from "./scene/level/scenery.ts";
import type { Sounds } from "./scene/sounds.ts";
import type { Stage } from "./scene/stage.ts";
import type { Wear } from "./scene/worn-items.ts";
import type { Settings } from "./settings.ts";

/** Places on the screen that a game may fill: above, at the right side, or over the middle. */
export type HudSlot = "top" | "side" | "center";

/** What a game's view works with while its room is open. */
export interface ViewContext<S extends WorldState = WorldState> {
  readonly room: GameRoom<S>;
  readonly stage: Stage;
  readonly actors: ActorViews;
  readonly prediction: Prediction;
  readonly settings: Settings;
  readonly sounds: Sounds;
  /** Where the own avatar is shown in this frame. */
  me(): Readonly<Pose> | undefined;
  /** Calls back once a frame, after everybody has been placed. Ends with the room. */
  onFrame(frame: (dtS: number, now: number) => void): void;
  /** Shows a component in a slot; it re-renders by the signals it reads. Calling again replaces it, null empties it. */
  show(slot: HudSlot, render: (() => ComponentChild) | null): void;
  /** Puts a mark above an avatar's name, null takes it away. */
  mark(id: string, mark: Object3D | null): void;
  /** A short line in the middle that fades by itself: for what one must know now. */
  notice(text: string): void;
  /** Adds a line to the list of what happened lately: "You picked a herb". The same again counts up. */
  tell(text: string): void;
  /**
   * Calls back for each event of a kind that the room tells this player of. Ends with the room.
   *
   * @example
   * onEvent(Picked, ({ payload, own }) => own && tell(`You picked a ${payload.herb}.`));
   */
  readonly onEvent: OnEvent;
  /** Sends a message and shows at once what it will do; taken back when the room does not do it. */
  readonly predict: PredictEffect;
  /** Shows a ray in the debug drawing, if that is on. */
  readonly debugRay: DebugDraw["ray"];
}

/**
 * How a game's items look and are called. Without pictures each gets one from its name and icon.
 *
 * @example
 * items: { templates: ITEMS, worn: ["Head", "Feet"], uses: { herb: "Eat" } },
 */
export interface ItemsView {
  /** The same object that the room has as `static items`. */
  readonly templates: ItemTemplates;
  /** Names of the equipment slots, by number. */
  readonly worn?: readonly string[];
  /** What one does with an item, by template, for its button. Default: everything that is not worn can be used. */
  readonly uses?: Readonly<Record<string, string>>;
  /** The inside of an `<svg viewBox="0 0 48 48">`; undefined: the default picture. */
  picture?(template: string): ComponentChild | undefined;
  /** What everybody sees of an item that is worn: an object that the avatar's body carries; undefined: nothing. */
  readonly wear?: Wear;
}

/**
 * How a game looks in the page. Only the title and the level are needed; everything else has a default: avatars,
 * crates and balls are drawn, input is walking, chat and lists are there.
 *
 * @example
 * export const yardView: GameView = { title: "Yard", level: yard };
 */
export interface GameView<S extends WorldState = WorldState> {
  readonly title: string;
  readonly level: Level;
  /** What the room's `interest` says, for the debug drawing. */
  readonly interest?: { readonly radiusM: number; readonly cellM?: number };
  /** How thick a kind of actor is for shots and the like, for the debug drawing. */
  sizeOf?(kind: string): ActorSize | undefined;
  /** The room's step when it is not plain `walk`: the same function the server runs, with its present facts. */
  step?(room: GameRoom<S>): Step;
  /** Adds to the scenery: paving, garlands, jets. */
  decorate?(brush: SceneryBrush): void;
  /** Of a game whose avatars carry: bag, trade and shop are shown with it. */
  readonly items?: ItemsView;
  /** Makes objects for the game's own kinds of actors. */
  readonly kinds?: Record<string, (actor: Actor) => ActorView>;
  /** Called when the room is joined. @returns undoes what the context does not undo by itself */
  mount?(context: ViewContext<S>): (() => void) | undefined;
}

/** Views of games by the name under which their rooms are defined. */
export type GameViews = Record<string, GameView>;

/** Helps TypeScript to know the state type of a view that is stored among others. */
export function defineView<S extends WorldState>(view: GameView<S>): GameView {
  return view as unknown as GameView;
}
