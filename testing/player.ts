import { Client, type Room } from "colyseus.js";
import { enterRoom, type RoomChoice, signIn } from "../bots/index.ts";
import { type Avatar, BUTTON, type WalkInput, type WorldState } from "../shared/index.ts";
import type { TravelMessage } from "../shared/internal.ts";

/** Name and looks of a new player, or the token of an earlier one, and the room. */
export interface WhoJoins extends RoomChoice {
  /** Of the new guest's character. Default: one that no other player of the test has. */
  name?: string;
  /** Index into COLORS, from 0. Default 0. */
  color?: number;
  /** Index into SHAPES, from 0. Default 0. */
  shape?: number;
  /** Token of an earlier player, of this test or another; without it a new guest is made. */
  token?: string;
  /** False: does not follow when a portal moves the player to another room. Default true. */
  follow?: boolean;
}

/** The keys and the stick that {@link TestPlayer.walk} uses. */
export interface WalkKeys {
  /** −127…127 along x and z. */
  moveX?: number;
  moveZ?: number;
  run?: boolean;
  jump?: boolean;
}

/** Longest wait, ms, in the join queue of a room that was travelled to: the character is in it by then. */
const ARRIVE_MS = 60_000;
/** Longest wait for anything else, ms. A machine with other work on it needs more. */
const WAIT_MS = Number(process.env.ROOMKEEP_TEST_WAIT_MS) || 30_000;

/** A true player: the real SDK over a real socket. */
export interface TestPlayer {
  /** The current room; it changes with a journey. */
  readonly room: Room<unknown, WorldState>;
  /** Results of the journeys that have ended: the name of the game arrived in, or the code of the refusal. */
  readonly journeys: readonly string[];
  /** True while it takes a seat in another room: what becomes of the one that it leaves does not matter. */
  readonly arriving: boolean;
  /** Close codes of the rooms that were left, by room id. */
  readonly closed: ReadonlyMap<string, number>;
  /** Signs the player in again: `join(game, { token })`. */
  readonly token: string;
  /** Signs the guest in on another browser; undefined for who came by `token`. */
  readonly recoveryCode: string | undefined;
  /** Id of the character's row. */
  readonly characterId: string;
  /** Own actor in the decoded state. */
  me(): Avatar;
  /** Messages that arrived, by type, oldest first. */
  readonly received: ReadonlyMap<string, unknown[]>;
  /** Sends one input frame a patch, `frames` times, then one that stands still. */
  walk(keys: WalkKeys, frames: number): Promise<void>;
  /**
   * Resolves at the first patch at which the condition holds. Rejects after `ms` with `what` in its message;
   * the default is the environment's ROOMKEEP_TEST_WAIT_MS, 30,000 without it.
   */
  until(what: string, condition: () => boolean, ms?: number): Promise<void>;
  /** Resolves after so many patches. */
  patches(count: number): Promise<void>;
  /** Resolves with the next message of a type. */
  message<T = unknown>(type: string, ms?: number): Promise<T>;
  /** Sends something to the room. */
  send(type: string, payload?: unknown): void;
  /** Resolves with the result of the next journey that ends. */
  journey(ms?: number): Promise<string>;
  /** Leaves the room for good, and resolves when it is left. */
  leave(): Promise<void>;
  /** Closes the connection without a leave, so that it does not keep the process alive. */
  stop(): void;
}

/**
 * Joins a room of a game as a true player: the real SDK over a real socket. Resolves when the own actor is in
 * the state.
 *
 * @example
 * const ann = await joinAs(server.url, "yard", { name: "Ann" });
 * await ann.walk({ moveX: 127 }, 20);
 * ann.stop();
 */
export async function joinAs(url: string, game: string, who: WhoJoins = {}): Promise<TestPlayer> {
  const { token, recoveryCode, character } = await signIn(url, who);
  const room = await enterRoom(url, game, token, who);
  const identity = { token, recoveryCode, characterId: who.characterId ?? character.id };
  const player = play(url, room, identity, who.follow ?? true);
  await player.until("the own actor", () => room.state?.actors?.has(room.sessionId) ?? false);
  return player;
}

function play(
  url: string,
  joined: Room<unknown, WorldState>,
  identity: Pick<TestPlayer, "token" | "recoveryCode" | "characterId">,
  follow: boolean,
): TestPlayer {
  let room = joined;
  let input = inputOf(room);
  let stopped = false;
  let arriving = false;
  const journeys: string[] = [];
  const closed = new Map<string, number>();
  const received = new Map<string, unknown[]>();
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const check of [...waiting]) check();
  };
  const listen = (next: Room<unknown, WorldState>) => {
    closed.delete(next.roomId); // a return to the room
    next.onMessage("*", (type: string | number, payload: unknown) => {
      const list = received.get(String(type)) ?? [];
      list.push(payload);
      received.set(String(type), list);
      if (type === "travel") void travel(next, payload as TravelMessage);
      wake();
    });
    next.onStateChange(wake);
    next.onLeave((code) => {
      closed.set(next.roomId, code);
      wake();
    });
  };
  const ended = (how: string) => {
    journeys.push(how);
    wake();
  };
  async function travel(from: Room<unknown, WorldState>, message: TravelMessage): Promise<void> {
    if (message.phase === "stayed") ended(message.code);
    if (message.phase !== "go" || !follow) return;
    try {
      arriving = true;
      const taken = new Client(url).consumeSeatReservation<WorldState>(message.seat as never);
      const next = await taken.finally(() => {
        arriving = false;
      });
      next.reconnection.minUptime = 0;
      room = next;
      input = inputOf(next);
      listen(next);
      if (stopped) close(next);
      else await until("the own actor", () => next.state?.actors?.has(next.sessionId) ?? false, ARRIVE_MS);
      ended(message.seat.name);
    } catch {
      // The old room takes the player back and sends the reason, unless it has closed meanwhile.
      if (closed.has(from.roomId)) ended("TRAVEL_UNAVAILABLE");
      else from.send("travel.back", { seat: message.seat.sessionId });
    }
  }

  const until = (what: string, condition: () => boolean, ms = WAIT_MS) =>
    new Promise<void>((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        waiting.delete(check);
      };
      const check = () => {
        if (!condition()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        const refused = (received.get("refused") ?? []) as { type: string; code: string }[];
        const hint = refused.map(({ type, code }) => `; refused before: ${type} ${code}`).join("");
        reject(new Error(`waited ${ms} ms for ${what}${hint}`));
      }, ms);
      waiting.add(check);
      check();
    });
  const patches = async (count: number) => {
    let seen = -1;
    await until(`${count} patches`, () => ++seen >= count);
  };

  listen(room);
  return {
    ...identity,
    get room() {
      return room;
    },
    journeys,
    get arriving() {
      return arriving;
    },
    closed,
    send: (type, payload = {}) => room.send(type, payload),
    async journey(ms) {
      const before = journeys.length;
      await until("a journey to end", () => journeys.length > before, ms);
      return journeys[before] ?? "";
    },
    received,
    until,
    patches,
    me: () => room.state.actors.get(room.sessionId) as Avatar,
    async walk({ moveX = 0, moveZ = 0, run = false, jump = false }, frames) {
      const buttons = (run ? BUTTON.run : 0) | (jump ? BUTTON.jump : 0);
      for (let i = 0; i <= frames; i++) {
        const moving = i < frames;
        Object.assign(input.data, {
          moveX: moving ? moveX : 0,
          moveZ: moving ? moveZ : 0,
          buttons: moving ? buttons : 0,
        });
        input.send();
        await patches(1);
      }
      await until("the input to be processed", () => input.lastProcessed >= input.sentCount);
    },
    async message<T>(type: string, ms?: number) {
      const before = received.get(type)?.length ?? 0;
      await until(`a "${type}" message`, () => (received.get(type)?.length ?? 0) > before, ms);
      return received.get(type)?.[before] as T;
    },
    async leave() {
      await room.leave();
    },
    stop() {
      stopped = true;
      close(room);
    },
  };
}

function inputOf(room: Room<unknown, WorldState>) {
  return room.input() as ReturnType<typeof room.input> & { data: WalkInput };
}

function close(room: Room): void {
  room.reconnection.enabled = false;
  room.connection?.close();
}
