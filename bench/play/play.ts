import type { ChildProcess } from "node:child_process";
import { Client, type Room } from "colyseus.js";
import type { WorldState } from "roomkeep/shared";
import { ask, child, finish, heard, median, round, sleep } from "../children.ts";

/** Rooms with true inputs: size, number, rates and duration. */
export interface PlayOptions {
  readonly system: "ours" | "bare";
  readonly rooms: number;
  readonly players: number;
  readonly sizeM: number;
  readonly tickHz: number;
  /** Input frames a second of each player; 0: they stand still. */
  readonly inputHz: number;
  readonly seconds: number;
  /** Folder for a CPU profile of the server. */
  readonly profile?: string | undefined;
}

/** One run. */
export interface PlayRow {
  readonly cpuMsTick: number;
  readonly cpuPct: number;
  readonly p99Ms: number;
  readonly hz: number;
  readonly missedPct: number;
  readonly rssMB: number;
  readonly emptyRoomsMB: number;
  readonly foreignPct: number;
  readonly kBs: number;
  /** Milliseconds a tick, by phase; ours only. */
  readonly phases: Readonly<Record<string, number>>;
  readonly mismatches: number;
}

/** Number of true SDK clients, which decode all that they receive, in the first room. */
const CHECKERS = 2;
const RADIUS_M = 50;
const BEYOND_M = RADIUS_M + 2 * Math.SQRT2 * (RADIUS_M / 4);

/** A server and its bots, each on a core of its own, for as long as `use` takes. */
export async function withPlay<T>(
  { system, rooms, players, sizeM, tickHz, inputHz, profile }: Omit<PlayOptions, "seconds">,
  use: (server: ChildProcess, bots: ChildProcess, port: number, ids: string[], emptyMB: number) => Promise<T>,
): Promise<T> {
  const server = child(
    0,
    ["--expose-gc", ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`])],
    "play/play-server.ts",
    [system, rooms, players, sizeM, tickHz].map(String),
  );
  let bots: ChildProcess | undefined;
  try {
    const { port } = await heard<{ port: number }>(server, "port", 60_000);
    type Opened = { opened: string[]; emptyRoomsMB: number };
    const { opened, emptyRoomsMB } = await ask<Opened>(server, "open", "opened");
    const each = players - (rooms === 1 ? CHECKERS : 0);
    bots = child(1, [], "play/play-bots.ts", [port, each, inputHz, opened.join()].map(String));
    await heard(bots, "ready", 60_000);
    return await use(server, bots, port, opened, emptyRoomsMB);
  } finally {
    for (const one of [bots, server]) await finish(one);
  }
}

/** Fills the rooms, lets all players walk, and measures. */
export function play(options: PlayOptions): Promise<PlayRow> {
  return withPlay(options, async (server, bots, port, ids, emptyRoomsMB) => {
    const checkers = options.rooms === 1 ? await joinCheckers(port, ids[0] ?? "") : [];
    await ask(bots, "join", "joined", 300_000);
    await ask(bots, "walk", "walking");
    await sleep(2000);
    await Promise.all([ask(server, "begin", "begun"), ask(bots, "begin", "counting")]);
    await sleep(options.seconds * 1000);
    const [{ result }, { bots: counted }] = await Promise.all([
      ask<{ result: Omit<PlayRow, "kBs" | "emptyRoomsMB" | "mismatches"> }>(server, "end", "result"),
      ask<{ bots: { kBs: number; closed: number } }>(bots, "end", "bots"),
    ]);
    if (counted.closed > 1) throw new Error(`${counted.closed} bots lost their connection`);
    await ask(bots, "stand", "standing");
    // A player that sends nothing stands still after half a second; then the last poses come.
    await sleep(1500);
    const near = options.system === "ours" && options.players > 64;
    const mismatches = await check(server, checkers, near);
    await Promise.all(checkers.map((room) => room.leave().catch(() => undefined)));
    return { ...result, kBs: counted.kBs, emptyRoomsMB, mismatches };
  });
}

async function joinCheckers(port: number, roomId: string): Promise<Room<unknown, WorldState>[]> {
  const rooms: Room<unknown, WorldState>[] = [];
  for (let i = 0; i < CHECKERS; i++) {
    const room = await new Client(`http://127.0.0.1:${port}`).joinById<WorldState>(roomId);
    room.onMessage("*", () => undefined);
    rooms.push(room as Room<unknown, WorldState>);
  }
  return rooms;
}

/** Medians of rows of the same kind, and the number of dropped rows. */
export function summary(
  rows: readonly PlayRow[],
  maxForeignPct: number,
): { row: Record<string, number>; phases: Record<string, number>; kept: number; thrownOut: number } {
  const kept = rows.filter(({ foreignPct }) => foreignPct <= maxForeignPct);
  const row: Record<string, number> = {};
  for (const [key, value] of Object.entries(kept[0] ?? {})) {
    if (typeof value === "number")
      row[key] = round(median(kept.map((one) => Reflect.get(one, key) as number)));
  }
  const phases = Object.fromEntries(
    Object.keys(kept[0]?.phases ?? {}).map((phase) => [
      phase,
      round(median(kept.map((one) => one.phases[phase] ?? 0))),
    ]),
  );
  return { row, phases, kept: kept.length, thrownOut: rows.length - kept.length };
}

/**
 * Runs each kind in turn, so often, and prints the progress on stderr. A failure is noted, and the bench goes
 * on.
 */
export async function interleave<K extends string>(
  kinds: Readonly<Record<K, PlayOptions>>,
  repeats: number,
): Promise<{ rows: Record<K, PlayRow[]>; notes: string[] }> {
  const names = Object.keys(kinds) as K[];
  const rows = Object.fromEntries(names.map((name) => [name, [] as PlayRow[]])) as Record<K, PlayRow[]>;
  const notes: string[] = [];
  for (let repeat = 1; repeat <= repeats; repeat++) {
    for (const name of names) {
      try {
        const row = await play(kinds[name]);
        rows[name].push(row);
        console.error(
          `${name} #${repeat}: ${round(row.cpuMsTick)} ms a tick, ${round(row.hz)} Hz, p99 ${round(row.p99Ms)} ms, ` +
            `foreign ${round(row.foreignPct)} %, mismatches ${row.mismatches}`,
        );
      } catch (error) {
        notes.push(`${name} #${repeat}: ${error instanceof Error ? error.message : error}`);
        console.error(notes.at(-1));
      }
    }
  }
  return { rows, notes };
}

/** Counts actors that checkers show in a wrong place, lack within the radius, or show from far beyond it. */
async function check(
  server: ChildProcess,
  checkers: readonly Room<unknown, WorldState>[],
  near: boolean,
): Promise<number> {
  if (checkers.length === 0) return 0;
  const { truth } = await ask<{ truth: Record<string, [number, number]> }>(server, "truth");
  let wrong = 0;
  for (const { state, sessionId } of checkers) {
    const [ex = 0, ez = 0] = truth[sessionId] ?? [];
    for (const [key, [x, z]] of Object.entries(truth)) {
      const shown = state.actors.get(key);
      const gapM = Math.hypot(x - ex, z - ez);
      if (
        shown
          ? Math.hypot(shown.x - x, shown.z - z) > 1e-3 || (near && gapM > BEYOND_M)
          : !near || gapM < RADIUS_M
      )
        wrong++;
    }
    for (const key of state.actors.keys()) if (!(key in truth)) wrong++;
  }
  return wrong;
}
