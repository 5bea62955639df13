import { type Signal, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { type ChatLine, layGround, type ServerMessages, type TravelMessage } from "roomkeep/shared";
import type { Input } from "./input/input.ts";
import { type NetStats, noNetStats, watchNetStats } from "./net-stats.ts";
import { predictEffects } from "./network/optimistic-effects.ts";
import { type GameRoom, predictRoom } from "./network/predict.ts";
import { listenToEvents } from "./network/room-events.ts";
import { type ActorViews, showActors } from "./scene/actor-views.ts";
import { openDebugDraw } from "./scene/debug-draw.ts";
import { buildScenery, type Scenery } from "./scene/level/scenery.ts";
import type { Sounds } from "./scene/sounds.ts";
import type { Stage } from "./scene/stage.ts";
import type { Settings } from "./settings.ts";
import { type Feed, openFeed } from "./social/feed.ts";
import type { GameView, HudSlot, ViewContext } from "./view.ts";

/** A line in the chat panel. `key` grows. */
export interface Line extends ChatLine {
  key: number;
  /** How it came; undefined: said in the room. */
  channel?: "whisper" | "party";
  /** What became of an own line. */
  note?: string;
}

/** Lines that are kept. */
const LINES_MAX = 80;

/** Puts a line under the others. */
export function addLine({ lines }: HudStore, line: Omit<Line, "key">): void {
  const key = (lines.value.at(-1)?.key ?? 0) + 1;
  lines.value = [...lines.value.slice(1 - LINES_MAX), { ...line, key }];
}

/** What the HUD shows of the open room. */
export interface HudStore {
  /** The room whose lines these are. */
  roomId: string;
  readonly lines: Signal<readonly Line[]>;
  readonly notice: Signal<string>;
  /** What happened lately. */
  readonly feed: Feed;
  readonly netStats: Signal<NetStats>;
  readonly players: Signal<number>;
  readonly slots: Record<HudSlot, Signal<(() => ComponentChild) | null>>;
}

/** Makes an empty {@link HudStore}. */
export function openHudStore(): HudStore {
  return {
    roomId: "",
    lines: signal([]),
    notice: signal(""),
    feed: openFeed(),
    netStats: noNetStats(),
    players: signal(0),
    slots: { top: signal(null), side: signal(null), center: signal(null) },
  };
}

/** A joined room on the stage. */
export interface RoomView {
  readonly actors: ActorViews;
  dispose(): void;
}

/** What the page gives to a {@link RoomView}. */
export interface RoomViewOptions {
  stage: Stage;
  room: GameRoom;
  view: GameView;
  input: Input;
  hud: HudStore;
  settings: Settings;
  sounds: Sounds;
}

/** Puts a joined room on the stage: prediction, actors, chat, the game's own view. */
export function openRoomView({
  stage,
  room,
  view,
  input,
  hud: board,
  settings,
  sounds,
}: RoomViewOptions): RoomView {
  // What came from elsewhere goes along.
  if (board.roomId !== room.roomId) board.lines.value = board.lines.value.filter(({ channel }) => channel);
  board.roomId = room.roomId;
  const ground = layGround(view.level);
  stage.rig.ground = ground;
  const prediction = predictRoom(room, ground, view.step?.(room));
  const actors = showActors({
    stage,
    room,
    prediction,
    settings,
    sounds,
    ...(view.kinds && { kinds: view.kinds }),
    wear: view.items?.wear,
  });
  const debug = openDebugDraw({
    scene: stage.scene,
    ground,
    interest: view.interest,
    sizeOf: view.sizeOf,
  });
  const frames: ((dtS: number, now: number) => void)[] = [];
  const undo: (() => void)[] = [];
  let turned = false;

  const follow = (dtS: number) => {
    const at = actors.pose(room.sessionId);
    if (!at) return;
    if (!turned) {
      stage.rig.yaw = at.yaw;
      stage.rig.pitch = 0.24;
      turned = true;
    }
    stage.rig.follow(at.x, at.y, at.z, dtS);
    stage.sky.update(at.x, at.y, at.z, dtS);
  };
  undo.push(
    stage.onFrame((dtS, now) => {
      input.poll(dtS);
      if (room.state?.actors) {
        prediction.frame(now, input.frame);
        actors.update(dtS, now);
      }
      follow(dtS);
      for (const frame of frames) frame(dtS, now);
      if (settings.debug.value) {
        debug.draw({ me: actors.pose(room.sessionId), actors: actors.list(), dtS });
      } else debug.hide();
    }),
    listen(room, board, settings, sounds, actors),
    watchNetStats({ room, prediction, stage, stats: board.netStats }),
    countPlayers(room, board),
  );
  const events = listenToEvents(room);
  undo.push(events.stop, board.feed.clear);

  const context: ViewContext = {
    room,
    stage,
    actors,
    prediction,
    settings,
    sounds,
    me: () => actors.pose(room.sessionId),
    onFrame: (frame) => void frames.push(frame),
    show: (slot, render) => {
      board.slots[slot].value = render;
    },
    mark: (id, mark) => actors.avatar(id)?.mark(mark ?? undefined),
    notice: (text) => {
      board.notice.value = text;
    },
    tell: board.feed.add,
    onEvent: events.onEvent,
    predict: predictEffects(room),
    debugRay: (from, to) => debug.ray(from, to),
  };
  const unmount = view.mount?.(context);
  return {
    actors,
    dispose() {
      unmount?.();
      stage.sky.setMood();
      for (const slot of Object.values(board.slots)) slot.value = null;
      for (const step of undo) step();
      debug.dispose();
      actors.dispose();
      prediction.dispose();
    },
  };
}

/** Chat, refusals and notices of the room. */
function listen(
  room: GameRoom,
  board: HudStore,
  settings: Settings,
  sounds: Sounds,
  actors: ActorViews,
): () => void {
  const stops = [
    room.onMessage("chat", (line: ServerMessages["chat"]) => {
      if (settings.muted.value.includes(line.name) && line.from !== room.sessionId) return;
      addLine(board, line);
      if (line.from) actors.say(line.from, line.text);
      if (line.from !== room.sessionId) sounds.chat();
    }),
    room.onMessage("refused", ({ type, reason }: ServerMessages["refused"]) => {
      // What the console may not do it says itself.
      if (type !== "command" && type !== "complete") board.notice.value = reason;
    }),
    room.onMessage("travel", (message: TravelMessage) => {
      if (message.phase === "stayed") board.notice.value = message.reason;
    }),
    room.onMessage("party.behind", ({ members }: ServerMessages["party.behind"]) => {
      board.notice.value = members.map(({ name, reason }) => `${name}: ${reason}`).join(" ");
    }),
    room.onMessage("notice", ({ text }: ServerMessages["notice"]) => {
      board.notice.value = text;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** How many people are here. */
function countPlayers(room: GameRoom, board: HudStore): () => void {
  const beat = setInterval(() => {
    let players = 0;
    room.state?.actors?.forEach((actor) => {
      if (actor.kind === "avatar") players++;
    });
    board.players.value = players;
  }, 1000);
  return () => clearInterval(beat);
}

/** Builds the scenery of a view. */
export function openScenery(stage: Stage, view: GameView): Scenery {
  return buildScenery(stage.scene, view.level, view.decorate && ((brush) => view.decorate?.(brush)));
}
