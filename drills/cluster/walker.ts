import { randomUUID } from "node:crypto";
import { CLOSE } from "roomkeep/shared";
import type { TestPlayer } from "roomkeep/testing";
import { type WatchedRoom, watchLiveness } from "../../shared/protocol/liveness-watch.ts";
import type { TravelMessage } from "../../shared/protocol/messages.ts";
import { joinSoon, pause } from "../patience.ts";

/** A bot that walks about and trades, and notes what happens to it. */
export interface Walker {
  readonly name: string;
  /** Replaced when it has to join anew. */
  player: TestPlayer;
  /** Time between two rooms, of each journey, ms. */
  readonly away: number[];
  /** Number of times that it joined anew because its seat was gone. */
  rejoined: number;
  /** Bookings that were acknowledged, by kind. */
  readonly granted: Set<string>;
  readonly given: Set<string>;
  /** True: it is in a room that answers, with its own actor there, and not on the way. */
  isPlaying(): boolean;
  stop(): void;
}

const STEP_MS = 200;
/** Silence of a room after which its bot counts as not playing, ms. */
const FRESH_MS = 2_500;
const ENTER_MS = 8_000;

/**
 * Opens a walker in a game.
 *
 * @param trades grants and gives coins all the while
 */
export async function openWalker(url: string, game: string, name: string, trades = true): Promise<Walker> {
  let over = false;
  let leavingAt: number | undefined;
  let seen = 0;
  let told = 0;
  let heardAt = performance.now();
  let watched: TestPlayer["room"] | undefined;
  let lostSeat: TestPlayer["room"] | undefined;
  let stopWatch = () => {};
  const walker: Walker = {
    name,
    player: await joinSoon(url, game, { name }),
    away: [],
    rejoined: 0,
    granted: new Set(),
    given: new Set(),
    isPlaying: () => leavingAt === undefined && isIn(walker.player) && performance.now() - heardAt < FRESH_MS,
    stop() {
      over = true;
      walker.player.stop();
    },
  };

  /** As the page does: joins anew when the room is on no list any more. */
  function watch(room: TestPlayer["room"]): void {
    stopWatch();
    watched = room;
    heardAt = performance.now();
    stopWatch = watchLiveness(
      room as unknown as WatchedRoom,
      async () => {
        const answer = await fetch(`${url}/v1/rooms/${room.roomId}`);
        const { roomId, code } = (await answer.json()) as { roomId?: string; code?: string };
        if (!answer.ok && code !== "ROOM_UNKNOWN") throw new Error(code);
        return roomId;
      },
      () => {
        lostSeat = room;
      },
    );
  }

  function note(): void {
    const { player } = walker;
    if (watched !== player.room) watch(player.room);
    const messages = (player.received.get("travel") ?? []) as TravelMessage[];
    if (messages.length > told) {
      told = messages.length;
      leavingAt ??= performance.now();
    }
    if (leavingAt === undefined) return;
    const arrived = player.journeys.length > seen;
    if (!arrived || !isIn(player)) return;
    seen = player.journeys.length;
    walker.away.push(performance.now() - leavingAt);
    leavingAt = undefined;
  }

  async function joinAnew(): Promise<void> {
    walker.rejoined += 1;
    const from = leavingAt ?? heardAt;
    const { token, room } = walker.player;
    walker.player.stop();
    walker.player = await joinSoon(url, room.name, { token });
    walker.away.push(performance.now() - from);
    leavingAt = undefined;
    seen = told = 0;
  }

  async function live(): Promise<void> {
    for (let turn = 0; !over; turn++) {
      await pause(STEP_MS * (0.8 + 0.4 * Math.random()));
      if (over) return;
      const { player } = walker;
      const code = player.closed.get(player.room.roomId);
      // The old room closes at the arrival in the next one, which is then being entered.
      const entering = code === CLOSE.TRAVELLED && performance.now() - heardAt < ENTER_MS;
      if ((code !== undefined && !entering) || lostSeat === player.room) {
        await joinAnew().catch(() => {}); // the next turn tries again
        continue;
      }
      player.room.ping(() => {
        heardAt = performance.now();
      });
      if (!isIn(player)) continue;
      const heading = turn * 0.4;
      void player
        .walk({ moveX: Math.round(Math.cos(heading) * 90), moveZ: Math.round(Math.sin(heading) * 90) }, 1)
        .catch(() => {});
      if (trades && turn % 5 === 0) deal(player);
    }
  }

  function deal(player: TestPlayer): void {
    const id = randomUUID();
    const others = [...player.room.state.actors.keys()].filter(
      (key) => key !== player.room.sessionId && key !== "stone",
    );
    const to = others[Math.floor(Math.random() * others.length)];
    const kind = Math.random() < 0.5 || to === undefined ? "coins" : "give";
    player.send(kind, kind === "coins" ? { id } : { id, to });
    const book = kind === "coins" ? walker.granted : walker.given;
    player.message<{ id: string; ok: boolean }>("booked", 3_000).then(
      (answer) => answer.ok && answer.id === id && book.add(id),
      () => {},
    );
  }

  const noting = setInterval(note, 10);
  void live().finally(() => {
    clearInterval(noting);
    stopWatch();
  });
  return walker;
}

/** Whether a player is in its room and sees its own actor. */
export function isIn({ room, closed }: TestPlayer): boolean {
  return (
    !closed.has(room.roomId) && room.connection.isOpen && (room.state?.actors?.has(room.sessionId) ?? false)
  );
}

/** The quantile of values: the value below which a part of them is, 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
}
