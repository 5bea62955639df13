import { type Signal, signal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { type ChatLine, layGround, type ServerMessages, type TravelMessage } from "roomkeep/shared";
import { type ActorViews, showActors } from "./actors.ts";
import { openDebugDraw } from "./debug-draw.ts";
import type { Input } from "./input.ts";
import { type GameRoom, predictRoom } from "./predict.ts";
import { buildScenery, type Scenery } from "./scene/scenery.ts";
import type { Settings } from "./settings.ts";
import type { Sounds } from "./sounds.ts";
import type { Stage } from "./stage.ts";
import type { GameView, HudSlot, ViewContext } from "./view.ts";

/** A line in the chat panel. `key` grows. */
export interface Line extends ChatLine {
  key: number;
}

/** What the HUD shows of the open room. */
export interface Board {
  /** The room whose lines these are. */
  roomId: string;
  readonly lines: Signal<readonly Line[]>;
  readonly notice: Signal<string>;
  readonly pingMs: Signal<number>;
  /** Patches of the last second. */
  readonly ticks: Signal<number>;
  readonly players: Signal<number>;
  readonly slots: Record<HudSlot, Signal<(() => ComponentChild) | null>>;
}

/** Makes an empty {@link Board}. */
export function openBoard(): Board {
  return {
    roomId: "",
    lines: signal([]),
    notice: signal(""),
    pingMs: signal(0),
    ticks: signal(0),
    players: signal(0),
    slots: { top: signal(null), side: signal(null), center: signal(null) },
  };
}

/** A joined room on the stage. */
export interface World {
  readonly actors: ActorViews;
  dispose(): void;
}

/** What the page gives to a {@link World}. */
export interface WorldOptions {
  stage: Stage;
  room: GameRoom;
  view: GameView;
  input: Input;
  board: Board;
  settings: Settings;
  sounds: Sounds;
}

/** Puts a joined room on the stage: prediction, actors, chat, the game's own view. */
export function openWorld({ stage, room, view, input, board, settings, sounds }: WorldOptions): World {
  if (board.roomId !== room.roomId) board.lines.value = [];
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
  });
  const debug = openDebugDraw({ scene: stage.scene, ground, interest: view.interest });
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
    watchRates(room, board),
  );

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
  board: Board,
  settings: Settings,
  sounds: Sounds,
  actors: ActorViews,
): () => void {
  let key = board.lines.value.at(-1)?.key ?? 0;
  const stops = [
    room.onMessage("chat", (line: ServerMessages["chat"]) => {
      if (settings.muted.value.includes(line.name) && line.from !== room.sessionId) return;
      board.lines.value = [...board.lines.value.slice(-79), { ...line, key: ++key }];
      if (line.from) actors.say(line.from, line.text);
      if (line.from !== room.sessionId) sounds.chat();
    }),
    room.onMessage("refused", ({ reason }: ServerMessages["refused"]) => {
      board.notice.value = reason;
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

/** Ping, patches a second, and how many are here. */
function watchRates(room: GameRoom, board: Board): () => void {
  let patches = 0;
  room.onStateChange(() => {
    patches++;
  });
  const beat = setInterval(() => {
    board.ticks.value = patches;
    patches = 0;
    let players = 0;
    room.state?.actors?.forEach((actor) => {
      if (actor.kind === "avatar") players++;
    });
    board.players.value = players;
    room.ping((ms) => {
      board.pingMs.value = ms;
    });
  }, 1000);
  return () => clearInterval(beat);
}

/** Builds the scenery of a view. */
export function openScenery(stage: Stage, view: GameView): Scenery {
  return buildScenery(stage.scene, view.level, view.decorate && ((brush) => view.decorate?.(brush)));
}
