import { type Signal, signal } from "@preact/signals";
import { Client } from "colyseus.js";
import { CLOSE, readErrorCode, type ServerMessages, type WorldState, watchLiveness } from "roomkeep/shared";
import type { Account } from "../account/account.ts";
import { readStored, writeStored } from "../storage.ts";
import type { Api } from "./api.ts";
import { type DisconnectNotice, noticeFor, reasonFor } from "./disconnect-notice.ts";
import { explain } from "./error-messages.ts";
import { ApiError } from "./http-client.ts";
import type { GameRoom } from "./predict.ts";
import { backoffMs, withTimeout } from "./retry.ts";
import { followTravel } from "./travel.ts";

/** A seat is kept for 30 s; a stored way back that is older leads nowhere. */
const SEAT_MS = 30_000;
/** How long the page tries to come back before it asks, ms. */
const PATIENCE_MS = 120_000;

/** Longest wait for one attempt to join, ms. */
const ANSWER_MS = 12_000;
/** Longest wait for the old seat, ms: there is another way if it is gone. */
const RETURN_MS = 5_000;
/** How often a reloaded page asks again while the server is away. */
const RESUME_TRIES = 6;

/** Where the player is in their visit. */
export type Phase = "door" | "joining" | "playing" | "over";

/** Which room to go to. */
export type Goal =
  | { game: string }
  | { create: string }
  | { code: string }
  | { roomId: string; game: string };

/** One visit: sign in, join, come back, leave. */
export interface Session {
  readonly phase: Signal<Phase>;
  readonly room: Signal<GameRoom | undefined>;
  /** Name of the game of the room. */
  readonly game: Signal<string>;
  /** What the calm banner says while the connection is away; empty while it is there. */
  readonly away: Signal<string>;
  /** Why the last attempt to join failed, for people; empty. */
  readonly problem: Signal<string>;
  readonly farewell: Signal<DisconnectNotice | undefined>;
  /** Name of the place that a portal leads to, while one is on the way there; empty. */
  readonly journey: Signal<string>;
  /** One's place in the queue at the room's door, where many join at once; 0: none. */
  readonly queue: Signal<number>;
  /** Goes to a room; never throws, `problem` tells. */
  join(goal: Goal): Promise<void>;
  /**
   * After a refresh: back to the seat, the room or at least the game.
   *
   * @param code of the room in the address; a way back to another room is not taken then
   * @returns false when there was nothing to go back to
   */
  resume(code?: string): Promise<boolean>;
  /** Leaves for good and opens the door screen. */
  leave(): void;
  /** Goes back to where the farewell came from. */
  again(): void;
}

interface WayBack {
  token: string;
  roomId: string;
  code: string;
  game: string;
  at: number;
  /** The code in the address when the room was entered: a page that is reloaded in that moment still has it there. */
  from?: string | undefined;
}

/** Opens a session. Nothing is sent before `join` or `resume`. */
export function openSession(api: Api, account: Account, client = new Client()): Session {
  const phase = signal<Phase>("door");
  const room = signal<GameRoom | undefined>(undefined);
  const game = signal("");
  const away = signal("");
  const problem = signal("");
  const farewell = signal<DisconnectNotice | undefined>(undefined);
  const journey = signal("");
  const queue = signal(0);
  let visit = 0;

  const enter = (next: GameRoom) => {
    const here = ++visit;
    tuneReconnection(next);
    game.value = next.name;
    const keepWay = (from?: string) => {
      const way: WayBack = { ...wayTo(next), from };
      writeStored("wayBack", way, "tab");
    };
    keepWay(new URL(location.href).searchParams.get("room") ?? undefined);
    // Each return has a new token; the time says how old the way back is when the page was closed meanwhile.
    const beat = setInterval(() => (next.connection.isOpen ? keepWay() : undefined), 2_000);
    // A room that was given up goes on trying for a while; the next one is there by then.
    next.onDrop((code) => {
      if (here === visit) away.value = reasonFor(code);
    });
    next.onReconnect(() => {
      if (here === visit) away.value = "";
      // The token of this return is set after the signal; the beat stores it as well.
      queueMicrotask(() => keepWay());
    });
    const stopWatch = watchLiveness(
      next,
      () => roomListed(next.roomId),
      () => {
        clearInterval(beat);
        // The seat is gone with its process: the room or the game is joined anew.
        if (here === visit) void gone({ ...wayTo(next), token: "" }, CLOSE.FENCED);
      },
    );
    next.onLeave((code) => {
      clearInterval(beat);
      stopWatch();
      if (!follower.left(code) && here === visit) void gone(wayTo(next), code);
    });
    const follower = followTravel(next, {
      journey,
      take: (reserved) => seat(client.consumeSeatReservation<WorldState>(reserved)),
      enter: (arrived) => (here === visit ? enter(arrived) : void arrived.leave()),
      strand({ roomId, name }) {
        const way = { token: "", roomId, code: roomId, game: name, at: Date.now() };
        if (here === visit) void gone(way, CLOSE.FENCED);
      },
    });
    next.onMessage("queue", ({ place }: ServerMessages["queue"]) => {
      if (here === visit) queue.value = place;
    });
    next.onError((code, message) => {
      // A failed attempt to come back reports an error without a code; the banner says it already.
      if (code) console.warn(`roomkeep: room error ${code}: ${message ?? ""}`);
    });
    room.value = next;
    queue.value = 0;
    away.value = "";
    problem.value = "";
    farewell.value = undefined;
    phase.value = "playing";
    const url = new URL(location.href);
    url.search = new URLSearchParams({ room: codeOf(next) }).toString();
    history.replaceState(null, "", url);
  };

  const over = (reason: DisconnectNotice) => {
    away.value = "";
    queue.value = 0;
    farewell.value = reason;
    phase.value = "over";
    room.value = undefined;
  };

  /** The room let go of us: say why, or find the way back. */
  const gone = async (way: WayBack, code: number) => {
    const reason = noticeFor(code);
    if (reason) {
      if (reason.action !== "Play here") writeStored("wayBack", undefined, "tab");
      over(reason);
      return;
    }
    away.value = reasonFor(code);
    const here = ++visit;
    const until = Date.now() + PATIENCE_MS;
    for (let attempt = 0; Date.now() < until && here === visit; attempt++) {
      const back = await wayBack(way, way.token !== "" && attempt < 3).catch(() => undefined);
      if (here !== visit) {
        void back?.leave();
        return;
      }
      if (back) {
        enter(back);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
    }
    if (here !== visit) return;
    const text =
      "The server could not be reached for two minutes. Your character is safe where it last stood.";
    over({ code, title: "The connection is gone", text, action: "Try again" });
  };

  const roomListed = async (roomId: string): Promise<string | undefined> => {
    try {
      return (await api.findRoom(roomId)).roomId;
    } catch (error) {
      if (error instanceof ApiError && error.code === "ROOM_UNKNOWN") return undefined;
      throw error;
    }
  };

  /** The same seat, else the same room, else the same game. */
  const wayBack = async (way: WayBack, seatIsKept: boolean): Promise<GameRoom> => {
    if (seatIsKept) {
      try {
        return await seat(client.reconnect(way.token), RETURN_MS);
      } catch {
        // The seat ran out or the room is gone; the next door is tried.
      }
    }
    const me = await account.ensureCharacter();
    try {
      return await enterRoom(me, way.roomId);
    } catch {
      return await enterGame(me, way.game, "joinOrCreate");
    }
  };

  const enterRoom = async (me: string, roomId: string): Promise<GameRoom> => {
    client.auth.token = await api.ticket({ roomId }, me);
    return seat(client.joinById<WorldState>(roomId));
  };
  const enterGame = async (me: string, name: string, how: "create" | "joinOrCreate"): Promise<GameRoom> => {
    client.auth.token = await api.ticket({ game: name }, me);
    return seat(client[how]<WorldState>(name, {}));
  };

  const go = async (goal: Goal): Promise<GameRoom> => {
    const me = await account.ensureCharacter();
    if ("create" in goal) return enterGame(me, goal.create, "create");
    if ("game" in goal && !("roomId" in goal)) return enterGame(me, goal.game, "joinOrCreate");
    return enterRoom(me, "code" in goal ? (await api.findRoom(goal.code)).roomId : goal.roomId);
  };

  return {
    phase,
    room,
    game,
    away,
    problem,
    farewell,
    journey,
    queue,
    async join(goal) {
      if (phase.value === "joining") return;
      phase.value = "joining";
      problem.value = "";
      try {
        enter(await go(goal));
      } catch (error) {
        phase.value = "door";
        problem.value = explain(error);
      }
    },
    async resume(code) {
      const way = readStored("wayBack", "tab") as WayBack | undefined;
      if (!way || Date.now() - way.at > SEAT_MS * 20 || !api.tokens.token) return false;
      if (code && code !== way.code && code !== way.from) return false;
      phase.value = "joining";
      for (let attempt = 0; ; attempt++) {
        try {
          enter(await wayBack(way, Date.now() - way.at < SEAT_MS));
          return true;
        } catch (error) {
          // A server that is just starting, or a slow network, is worth asking again.
          if (attempt < RESUME_TRIES && isOffline(error)) {
            await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
            continue;
          }
          writeStored("wayBack", undefined, "tab");
          phase.value = "door";
          problem.value = explain(error);
          return false;
        }
      }
    },
    leave() {
      visit++;
      writeStored("wayBack", undefined, "tab");
      void room.value?.leave();
      room.value = undefined;
      away.value = "";
      journey.value = "";
      queue.value = 0;
      phase.value = "door";
      history.replaceState(null, "", location.pathname);
    },
    again() {
      const back = readStored("wayBack", "tab") as WayBack | undefined;
      farewell.value = undefined;
      phase.value = "door";
      if (back) void this.join({ roomId: back.roomId, game: back.game });
    },
  };
}

/** A joined room, or an error in good time; a seat that comes too late is given back. */
async function seat(joining: Promise<unknown>, ms = ANSWER_MS): Promise<GameRoom> {
  return (await withTimeout(ms, joining, (room) => void (room as GameRoom).leave())) as GameRoom;
}

function wayTo(room: GameRoom): WayBack {
  const { reconnectionToken: token, roomId, name: game } = room;
  return { token, roomId, code: codeOf(room), game, at: Date.now() };
}

/** Short code of a room, for the link. */
export function codeOf(room: GameRoom): string {
  return (room.state as WorldState & { code?: string })?.code || room.roomId;
}

function tuneReconnection(room: GameRoom) {
  Object.assign(room.reconnection, {
    // A drop in the first second is a drop too.
    minUptime: 0,
    minDelay: 100,
    maxDelay: 3_500,
    // About the 30 seconds for which the seat is kept.
    maxRetries: 16,
    backoff: (attempt: number) => backoffMs(attempt),
  });
}

/** True when nobody refused anything: the server is away, starting, or slow. */
function isOffline(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === "OFFLINE";
  return readErrorCode(error instanceof Error ? error.message : String(error)).code === undefined;
}
