import { createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { type RerunResult, rerun } from "../../rooms/replay.ts";
import type { RecordLine } from "../../rooms/simulation/recorder.ts";
import { buildPage } from "../../tests/helpers/page.ts";
import { startProcess } from "../../tests/helpers/server-process.ts";
import { rerunElsewhere } from "./index.ts";
import { playBots } from "./live-bots.ts";
import { openPages } from "./live-pages.ts";
import { type WorldName, worlds } from "./worlds.ts";

/** Pages of a real Chromium. */
const PAGES = 2;

/** One room that was recorded, and its re-runs. */
export interface ReplayedRoom {
  readonly game: string;
  readonly ticks: number;
  readonly joins: number;
  /** Input frames that were applied, and those of them by which people in pages moved. */
  readonly inputs: number;
  readonly pageInputs: number;
  /** Messages by type. */
  readonly messages: Readonly<Record<string, number>>;
  /** Number of async results, and of poses that shooters saw. */
  readonly answers: number;
  readonly looks: number;
  readonly chars: number;
  readonly whole: RerunResult;
  readonly again: RerunResult;
  /** From the last snapshot before its middle, in a fresh process. */
  readonly fromMiddle: RerunResult;
}

/** Result of the replay drill with pages in a browser. */
export interface LiveReplayResult {
  readonly drill: "replay";
  readonly minutes: number;
  readonly bots: number;
  readonly pages: number;
  readonly botJoins: number;
  readonly keys: number;
  readonly ticks: number;
  readonly rooms: readonly ReplayedRoom[];
  readonly mismatches: number;
}

/** The drill's arguments. */
export interface LiveReplayOptions {
  readonly minutes: number;
  readonly bots: number;
  tell(line: string): void;
}

/**
 * Pages and bots play the meadow of a recording server, in real time; then every recording is run again,
 * twice here and from its middle in a fresh process.
 */
export async function replayLive({ minutes, bots, tell }: LiveReplayOptions): Promise<LiveReplayResult> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-recordings-"));
  try {
    await buildPage();
    const server = await startProcess({ ROOMKEEP_RECORD_HASH_TICKS: "1", LOG_LEVEL: "warn" }, [
      "server/cli/index.ts",
      "start",
      "--record",
      folder,
    ]);
    const { botJoins, sessions, keys } = await playAll(server.url, minutes, bots).finally(() => server.end());
    tell(`played: ${botJoins} joins of bots, ${keys} keys in ${PAGES} pages`);
    const rooms: ReplayedRoom[] = [];
    for (const name of readdirSync(folder)) {
      const room = await replayed(join(folder, name), sessions);
      if (!room) continue;
      rooms.push(room);
      tell(`${name}: ${room.ticks} ticks, ${room.whole.mismatches.length} differ`);
    }
    const ticks = rooms.reduce((sum, room) => sum + room.ticks, 0);
    const mismatches = rooms.reduce((sum, room) => sum + mismatchesOf(room), 0);
    return { drill: "replay", minutes, bots, pages: PAGES, botJoins, keys, ticks, rooms, mismatches };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The time counts from when the pages are in: opening them may take a while. */
async function playAll(url: string, minutes: number, bots: number) {
  const pages = await openPages(url, PAGES);
  try {
    const untilMs = performance.now() + minutes * 60_000;
    const [botJoins, play] = await Promise.all([playBots(url, bots, untilMs), pages.play(untilMs)]);
    return { botJoins, ...play };
  } finally {
    await pages.close();
  }
}

/** Undefined for a recording without a tick. */
async function replayed(file: string, pages: ReadonlySet<string>): Promise<ReplayedRoom | undefined> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  const records = lines.map((line) => JSON.parse(line) as RecordLine);
  const [head] = records;
  const ticked = records.flatMap((record) => ("t" in record ? [record] : []));
  const [first, last] = [ticked[0], ticked.at(-1)];
  if (!head || !("v" in head) || !first || !last) return undefined;
  const game = head.game as WorldName;
  const happened = ticked.flatMap(({ e }) => e ?? []);
  const inputs = ticked.flatMap(({ i }) => i ?? []);
  const messages: Record<string, number> = {};
  for (const [what, , type] of happened)
    if (what === "message") messages[String(type)] = (messages[String(type)] ?? 0) + 1;
  const middle = Math.floor((first.t + last.t) / 2);
  return {
    game,
    ticks: ticked.length,
    joins: happened.filter(([what]) => what === "join").length,
    inputs: inputs.length,
    pageInputs: inputs.filter(([id, moveX, moveZ]) => pages.has(id) && (moveX !== 0 || moveZ !== 0)).length,
    messages,
    answers: happened.filter(([what]) => what === "answer").length,
    looks: ticked.reduce((sum, { s }) => sum + (s?.length ?? 0), 0),
    chars: lines.reduce((sum, line) => sum + line.length + 1, 0),
    whole: await rerun(worlds[game], lines),
    again: await rerun(worlds[game], lines),
    fromMiddle: await rerunElsewhere(file, game, middle),
  };
}

/** Number of ticks that differed, and of re-runs that ended elsewhere or compared too little. */
function mismatchesOf({ ticks, whole, again, fromMiddle }: ReplayedRoom): number {
  const runs = [whole, again, fromMiddle];
  const differed = runs.reduce((sum, { mismatches }) => sum + mismatches.length, 0);
  const astray = runs.filter(({ hash, tick }) => hash !== whole.hash || tick !== whole.tick).length;
  const unseen = runs.filter((run) => run.compared !== run.ticks).length + (whole.ticks === ticks ? 0 : 1);
  return differed + astray + unseen;
}
