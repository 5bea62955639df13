import { effect, type ReadonlySignal, untracked } from "@preact/signals";
import type { Account } from "../../account/account.ts";
import type { PlayTarget } from "../../account/play-target.ts";
import type { HudStore } from "../../hud-store.ts";
import type { Input } from "../../input/input.ts";
import type { ItemsStore } from "../../items/items-store.ts";
import type { JoinedRoom } from "../../network/predict.ts";
import type { Session } from "../../network/session.ts";
import type { Settings } from "../../settings.ts";
import type { GameView, GameViews, ViewSource } from "../../view.ts";
import type { Scenery } from "../level/scenery.ts";
import { showPreview } from "../preview.ts";
import type { Sounds } from "../sounds.ts";
import type { Stage } from "../stage.ts";
import { missingView } from "./missing-view.ts";
import { openRoomView, openScenery, type RoomView } from "./room-view.ts";

/** Session, stage and stores of {@link syncScene}. */
export interface SceneSync {
  session: Pick<Session, "room" | "problem" | "leave">;
  playTarget: PlayTarget;
  account: Account;
  settings: Settings;
  hud: HudStore;
  items: ItemsStore;
  input: Input;
  stage: Stage;
  sounds: Sounds;
  views: GameViews;
}

/**
 * Keeps the stage in step with the session: the character's preview beside the join form, the room's world in
 * a room, each with its game's scenery.
 * @returns the view of the room
 */
export function syncScene(sync: SceneSync): () => RoomView | undefined {
  const { session, playTarget, account, settings, stage, views } = sync;
  const setScenery = openSceneryFrame(stage);
  let roomView: RoomView | undefined;
  let stopPreview: (() => void) | undefined;

  const close = () => {
    roomView?.dispose();
    stopPreview?.();
    roomView = undefined;
    stopPreview = undefined;
  };
  const open = (room: JoinedRoom | undefined, view: GameView) => {
    setScenery(view);
    sync.items.view.value = view.items ?? { templates: {} };
    if (room) {
      roomView = openRoomView({ ...sync, room, view });
      sync.sounds.join();
    } else stopPreview = showPreview(stage, view.level, account, settings);
  };
  watchRoom(session.room, close, (room) => {
    const source = views[room ? room.name : playTarget.game.value];
    // Another game's view would show a world that is not there.
    if (room && !source) queueMicrotask(() => turnBack(session, room.name));
    return source && { view: loadView(source, sync.hud), open: (view) => open(room, view) };
  });
  return () => roomView;
}

/** A part that a new deploy has taken away, or the network, is told of. */
async function loadView(source: ViewSource, hud: HudStore): Promise<GameView | undefined> {
  try {
    return typeof source === "function" ? await source() : source;
  } catch (error) {
    console.error("roomkeep: a view could not be loaded", error);
    hud.notice.value = "A part of the page could not be loaded. Reload the page.";
    return undefined;
  }
}

/** Out of a room that this page cannot show: through a link, or a portal. */
function turnBack(session: Pick<Session, "problem" | "leave">, game: string): void {
  session.leave();
  session.problem.value = missingView(game);
}

/** Draws the scenery of one view at a time. @returns changes the view */
function openSceneryFrame(stage: Stage): (view: GameView) => void {
  let current: { view: GameView; scenery: Scenery } | undefined;
  stage.onFrame((_dtS, now) => current?.scenery.update(now / 1000));
  return (view) => {
    if (current?.view === view) return;
    current?.scenery.dispose();
    current = { view, scenery: openScenery(stage, view) };
    stage.rig.garlands = current.scenery.garlands;
  };
}

/** A view, and what opens it. */
interface Opening {
  readonly view: Promise<GameView | undefined>;
  open(view: GameView): void;
}

/**
 * Calls `close` at once and opens what `prepare` returned once it is loaded, for each change of the room; of
 * two changes in a row only the last is opened. The signals that `prepare` reads count as changes, those that
 * closing and opening read do not.
 */
function watchRoom(
  room: ReadonlySignal<JoinedRoom | undefined>,
  close: () => void,
  prepare: (room: JoinedRoom | undefined) => Opening | undefined,
): void {
  let changes = 0;
  effect(() => {
    const current = room.value;
    untracked(close);
    const change = ++changes;
    const opening = prepare(current);
    // After this effect, so that it does not depend on what opening reads.
    void opening?.view.then((view) => view && change === changes && opening.open(view));
  });
}
