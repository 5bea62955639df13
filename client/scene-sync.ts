import { effect, untracked } from "@preact/signals";
import type { Page } from "./page-state.ts";
import { openRoomView, openScenery, type RoomView } from "./room-view.ts";
import type { Scenery } from "./scene/level/scenery.ts";
import { showPreview } from "./scene/preview.ts";
import type { Sounds } from "./scene/sounds.ts";
import type { Stage } from "./scene/stage.ts";
import type { GameView, GameViews } from "./view.ts";

/** What {@link syncScene} brings together. */
export interface SceneSync {
  page: Page;
  stage: Stage;
  sounds: Sounds;
  views: GameViews;
}

/** Keeps the stage as the session is: preview at the door, the room's world in it, each with its game's scenery. */
export function syncScene({ page, stage, sounds, views }: SceneSync): () => RoomView | undefined {
  const { session, settings, account, board, input } = page;
  let world: RoomView | undefined;
  let scenery: { view: GameView; built: Scenery } | undefined;
  let stopPreview: (() => void) | undefined;
  /** Each change of rooms: of two in a row only the last is shown. */
  let turns = 0;
  stage.onFrame((_dtS, now) => scenery?.built.update(now / 1000));

  const setScenery = (view: GameView) => {
    if (scenery?.view === view) return;
    scenery?.built.dispose();
    scenery = { view, built: openScenery(stage, view) };
  };
  effect(() => {
    const room = session.room.value;
    // What these read belongs to others: only the room shall rebuild the world.
    untracked(() => {
      world?.dispose();
      stopPreview?.();
    });
    world = undefined;
    stopPreview = undefined;
    const own = ++turns;
    const view = views[room ? room.name : page.quickGame.value] ?? Object.values(views)[0];
    if (!view) return;
    // After this effect, for the same reason.
    queueMicrotask(() => {
      if (own !== turns) return;
      setScenery(view);
      page.things.view.value = view.items ?? { templates: {} };
      if (room) {
        world = openRoomView({ stage, room, view, input, hud: board, settings, sounds });
        sounds.join();
      } else stopPreview = showPreview(stage, view.level, account, settings);
    });
  });
  return () => world;
}
