import { effect } from "@preact/signals";
import type { WorldState } from "../../shared/index.ts";
import { addStyle } from "../hud/add-style.ts";
import type { HudProps } from "../hud/hud-props.ts";
import { itemStyle } from "../hud/items/style.ts";
import { loadOverlays } from "../hud/overlays/overlay-host.tsx";
import { StageMissing } from "../hud/world/stage-missing.tsx";
import { WatchHud } from "../hud/world/watch-hud.tsx";
import { WorldHud } from "../hud/world/world-hud.tsx";
import { type Input, openInput } from "../input/input.ts";
import { pickActors } from "../input/picking.ts";
import { listenToKeys, openEmotes } from "../input/shortcuts.ts";
import { type ItemsStore, openItems } from "../items/items-store.ts";
import { isItemActor, watchProximity } from "../items/proximity.ts";
import { destinationOf, isInRoom } from "../network/session-phase.ts";
import type { AnyRoom, JoinedRoom } from "../room/joined-room.ts";
import type { Scenery } from "../scene/level/scenery.ts";
import { showPreview } from "../scene/preview.ts";
import type { Sounds } from "../scene/sounds.ts";
import { openStage, type Stage } from "../scene/stage.ts";
import { openRoomView, openScenery, type RoomView } from "../scene/view/room-view.ts";
import type { ShownView, ViewKind } from "../shown-view.ts";
import { probeWorld } from "../test-probe.ts";
import type { GameView } from "../view.ts";

/** The stores of the page, and its sounds. */
export interface WorldsOptions extends Omit<HudProps, "shown"> {
  readonly sounds: Sounds;
}

/** Opens what only worlds need: stage, input, items. Loaded with the first world that is shown. */
export function openWorlds(page: WorldsOptions): ViewKind<GameView> {
  addStyle(itemStyle);
  loadOverlays();
  const canvas = document.createElement("canvas");
  canvas.id = "stage";
  canvas.setAttribute("aria-label", "The world");
  document.body.prepend(canvas);
  const stage = tryStage(canvas);
  return stage ? showWorlds(page, stage) : showNothing();
}

/** The stage; undefined in a browser that cannot draw one. */
function tryStage(canvas: HTMLCanvasElement): Stage | undefined {
  try {
    return openStage(canvas);
  } catch (error) {
    console.error("roomkeep: no stage", error);
    canvas.remove();
    return undefined;
  }
}

function showNothing(): ViewKind<GameView> {
  const nothing: ShownView = {
    isWorld: true,
    renderHud: () => null,
    renderInstead: () => <StageMissing />,
    dispose: () => {},
  };
  return { show: () => nothing, rest: () => {} };
}

function showWorlds(page: WorldsOptions, stage: Stage): ViewKind<GameView> {
  const { session, overlays, settings, account } = page;
  let roomView: RoomView | undefined;
  let isShown = false;
  const items = openItems(session);
  const input = openInput(stage.canvas, stage.rig, settings);
  const emote = openEmotes(session);
  const world = () => roomView;
  listenToKeys({
    session,
    overlays,
    items,
    settings,
    emote,
    isShown: () => isShown,
    camera: () => roomView?.spectator,
  });
  effect(() => stage.setQuality(settings.quality.value));
  enableInput(page, input);
  watchProximity({ session, items, stage, world });
  pickActors(stage, world, (id, kind) => click(page, items, roomView, { id, kind }));
  probeWorld({ fps: () => stage.fps, actors: () => roomView?.actors, spot: () => roomView?.spectator?.spot });
  const setScenery = openSceneryFrame(stage);

  const showRoom = (view: GameView, room: AnyRoom) => {
    const inWorld = room as unknown as JoinedRoom<WorldState>;
    roomView = openRoomView({ ...page, stage, input, room: inWorld, view });
    page.sounds.join();
    return () => {
      roomView?.dispose();
      roomView = undefined;
    };
  };
  return {
    show(view, room) {
      stage.show(true);
      setScenery(view);
      items.view.value = view.items ?? { templates: {} };
      const close = room ? showRoom(view, room) : showPreview(stage, view.level, account, settings);
      const camera = roomView?.spectator;
      isShown = true;
      return {
        isWorld: true,
        renderHud: () =>
          camera ? (
            <WatchHud {...page} items={items} input={input} camera={camera} />
          ) : (
            <WorldHud {...page} items={items} input={input} emote={emote} />
          ),
        trade: () => (items.bag.available.value ? items.trade.ask : undefined),
        follow: () => camera?.follow,
        dispose() {
          isShown = false;
          close();
        },
      };
    },
    rest: () => stage.show(false),
  };
}

/** The avatar walks while a room is open, no hand-over is under way and no overlay has the keys. */
function enableInput({ session, overlays }: WorldsOptions, input: Input): void {
  effect(() => {
    const phase = session.phase.value;
    // The console leaves the world visible; its command line takes the keys for itself.
    const isCovered = !["none", "console"].includes(overlays.current.value);
    input.enabled = isInRoom(phase) && destinationOf(phase) === "" && !isCovered;
  });
}

/** An actor in the world was clicked or tapped: a spectator follows a person. */
function click(
  { session, overlays }: WorldsOptions,
  items: ItemsStore,
  view: RoomView | undefined,
  { id, kind }: { id: string; kind: string },
): void {
  if (!isInRoom(session.phase.value) || id === session.room.value?.sessionId) return;
  if (view?.spectator) {
    if (kind === "avatar") view.spectator.follow(id);
  } else if (isItemActor(kind)) items.interact({ id, kind });
  else overlays.showPeople(id);
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
