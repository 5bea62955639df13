import { layGround } from "../../../shared/index.ts";
import { type HudStore, showSlot } from "../../hud-store.ts";
import type { Input } from "../../input/input.ts";
import { watchNetStats } from "../../net-stats.ts";
import { predictEffects } from "../../network/optimistic-effects.ts";
import { type Prediction, predictRoom } from "../../network/predict.ts";
import { listenToEvents } from "../../network/room-events.ts";
import type { Session } from "../../network/session.ts";
import type { AnyRoom, JoinedRoom } from "../../room/joined-room.ts";
import { followNotices } from "../../room/room-notices.ts";
import { roleIn } from "../../room/room-role.ts";
import type { Settings } from "../../settings.ts";
import type { GameView, ViewContext } from "../../view.ts";
import { type ActorViews, showActors } from "../actor-views.ts";
import { type DebugDraw, openDebugDraw } from "../debug-draw.ts";
import { buildScenery, type Scenery } from "../level/scenery.ts";
import type { Sounds } from "../sounds.ts";
import { openSpectatorCamera, type SpectatorCamera } from "../spectator-camera.ts";
import type { Stage } from "../stage.ts";

/** A joined room on the stage. */
export interface RoomView {
  readonly actors: ActorViews;
  /** Undefined: the page plays. */
  readonly spectator: SpectatorCamera | undefined;
  dispose(): void;
}

/** Room, stage and stores that {@link openRoomView} connects. */
export interface RoomViewOptions {
  session: Pick<Session, "viewing">;
  stage: Stage;
  room: JoinedRoom;
  view: GameView;
  input: Input;
  hud: HudStore;
  settings: Settings;
  sounds: Sounds;
}

type Frame = (dtS: number, now: number) => void;

/** The parts that one room on the stage is made of. */
interface Parts {
  readonly actors: ActorViews;
  readonly spectator: SpectatorCamera | undefined;
  readonly prediction: Prediction;
  readonly debug: DebugDraw;
  readonly events: ReturnType<typeof listenToEvents>;
  /** The game's own, called after all actors are placed. */
  readonly frames: Frame[];
}

/** Puts a joined room on the stage: prediction, actors, chat, the game's own view. */
export function openRoomView(options: RoomViewOptions): RoomView {
  const { stage, room, view, hud, settings, sounds } = options;
  const ground = layGround(view.level);
  stage.rig.ground = ground;
  const prediction = predictRoom(room, ground, view.step?.(room));
  const kinds = view.kinds ?? {};
  const actors = showActors({ stage, room, prediction, settings, sounds, kinds, wear: view.items?.wear });
  const { interest, sizeOf } = view;
  const debug = openDebugDraw({ scene: stage.scene, ground, interest, sizeOf });
  const isWatched = roleIn(room as unknown as AnyRoom) === "spectator";
  const { viewing } = options.session;
  const delayMs = () => (viewing.value?.delayS ?? 0) * 1_000;
  const spectator = isWatched
    ? openSpectatorCamera({ room, actors, ground, rig: stage.rig, delayMs })
    : undefined;
  const parts: Parts = { actors, spectator, prediction, debug, events: listenToEvents(room), frames: [] };
  const stops = [
    drawFrames(options, parts),
    followNotices({ ...options, room: options.room as unknown as AnyRoom }, (id, text) =>
      actors.say(id, text),
    ),
    watchNetStats({ room, prediction, stage, stats: hud.netStats }),
    parts.events.stop,
  ];
  const unmount = view.mount?.(contextOf(options, parts));
  return {
    actors,
    spectator,
    dispose() {
      unmount?.();
      stage.sky.setMood();
      for (const slot of Object.values(hud.slots)) slot.value = null;
      for (const stop of stops) stop();
      debug.dispose();
      actors.dispose();
      prediction.dispose();
    },
  };
}

/** Each frame: input, prediction, actors, camera, the game's own frames, debug drawing. @returns stops */
function drawFrames({ stage, room, input, settings }: RoomViewOptions, parts: Parts): () => void {
  const { actors, spectator, prediction, debug, frames } = parts;
  let cameraIsPlaced = false;
  const follow = (dtS: number) => {
    const own = actors.pose(room.sessionId);
    if (!own) return;
    if (!cameraIsPlaced) {
      stage.rig.yaw = own.yaw;
      stage.rig.pitch = 0.24;
      cameraIsPlaced = true;
    }
    stage.rig.follow(own.x, own.y, own.z, dtS);
    stage.sky.update(own.x, own.y, own.z, dtS);
  };
  const watch = (camera: SpectatorCamera, dtS: number, now: number) => {
    camera.frame(dtS, now, input.frame(true));
    const { x, y, z } = camera.spot;
    stage.sky.update(x, y, z, dtS);
  };
  return stage.onFrame((dtS, now) => {
    input.poll(dtS);
    if (room.state?.actors) {
      prediction.frame(now, input.frame);
      actors.update(dtS, now);
    }
    if (spectator) watch(spectator, dtS, now);
    else follow(dtS);
    for (const frame of frames) frame(dtS, now);
    if (settings.debug.value) debug.draw({ me: actors.pose(room.sessionId), actors: actors.list(), dtS });
    else debug.hide();
  });
}

/** The context of the game's own view. */
function contextOf({ stage, room, hud, settings, sounds }: RoomViewOptions, parts: Parts): ViewContext {
  const { actors, prediction, debug, events, frames } = parts;
  return {
    room,
    stage,
    actors,
    prediction,
    settings,
    sounds,
    me: () => actors.pose(room.sessionId),
    onFrame: (frame) => void frames.push(frame),
    show: (slot, render) => showSlot(hud, slot, render),
    mark: (id, mark) => actors.avatar(id)?.mark(mark ?? undefined),
    notice: (text) => {
      hud.notice.value = text;
    },
    tell: hud.feed.add,
    onEvent: events.onEvent,
    predict: predictEffects(room),
    debugRay: (from, to) => debug.ray(from, to),
  };
}

/** Builds the scenery of a view. */
export function openScenery(stage: Stage, view: GameView): Scenery {
  return buildScenery(stage.scene, view.level, view.decorate && ((brush) => view.decorate?.(brush)));
}
