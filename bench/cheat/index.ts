import { parseArgs } from "node:util";
import { seeded } from "../../shared/random.ts";
import { CHEAT_KINDS } from "./kinds.ts";
import { type NetworkModel, Page } from "./page.ts";
import { RangeRoom } from "./range-room.ts";

export const help = `[--bots 1000] [--minutes 60] [--seed 1] [--json]

False alarms and catches of the cheat detection, under a clock that the bench moves: honest pages with 300 ms of jitter,
5 % loss and tabs that sleep play for an hour, and no page may be flagged; each kind of cheating page plays honestly
for a minute and then cheats, and has to be flagged within ten seconds. Inputs and messages take the way of a live
room: frame check, decoder, rate limits, input credit, step.`;

/** The connection of every page. */
const NETWORK: NetworkModel = { delayMs: 40, jitterMs: 300, loss: 0.05 };
/** That of pages which stand beside the server. */
const NEAR: NetworkModel = { delayMs: 20, jitterMs: 20, loss: 0 };
/** Players of one room; more bots are in more rooms. */
const ROOM_PLAYERS = 100;
/** Ticks after which answers from outside may come in. */
const PAUSE_TICKS = 4;
/** A cheating page is honest before, awake at the end of that, and found after, within so many seconds. */
const HONEST_S = 60;
const AWAKE_S = 5;
const FOUND_S = 30;

/** The outcome for honest pages. */
export interface HonestResult {
  readonly bots: number;
  readonly minutes: number;
  readonly flagged: number;
  /** Points by signal of the flagged, for who looks for the reason. */
  readonly flags: readonly unknown[];
  /** The highest score that any of them had; the threshold is 10. */
  readonly highestScore: number;
  readonly inputFrames: number;
  readonly messages: number;
  readonly sleeps: number;
}

/** The outcome for one kind of cheating page. */
export interface KindResult {
  readonly kind: string;
  /** Simulated seconds until it was flagged; null: it was not. */
  readonly seconds: number | null;
  /** The signal with the most points. */
  readonly signal: string | undefined;
}

/** Plays honest pages. */
export async function playHonest(bots: number, minutes: number, seed: number): Promise<HonestResult> {
  const totals = { flagged: 0, highestScore: 0, inputFrames: 0, messages: 0, sleeps: 0 };
  const flags: unknown[] = [];
  for (let first = 0; first < bots; first += ROOM_PLAYERS) {
    const { room, pages } = await openRange(Math.min(ROOM_PLAYERS, bots - first), seed + first);
    for (let tick = 0; tick < minutes * 60 * room.tickHz; tick++) {
      await advance(room, pages, tick);
      if (tick % room.tickHz !== 0) continue;
      for (const { suspicion } of room.players.values())
        totals.highestScore = Math.max(totals.highestScore, suspicion.score);
    }
    totals.flagged += new Set(room.flags.map(({ id }) => id)).size;
    flags.push(...room.flags);
    for (const { counts } of pages) {
      totals.inputFrames += counts.inputs;
      totals.messages += counts.messages;
      totals.sleeps += counts.sleeps;
    }
  }
  return { bots, minutes, ...totals, flags, highestScore: Math.round(totals.highestScore * 10) / 10 };
}

/** Plays a page of each kind, all in one room with honest ones. */
export async function playCheats(seed: number): Promise<KindResult[]> {
  const { room, pages } = await openRange(10, seed);
  const random = seeded(seed + 1);
  const enter = (id: string, network: NetworkModel) => {
    const page = new Page(room, id, random, network);
    pages.push(page);
    return page;
  };
  const cheats = CHEAT_KINDS.map(({ kind, helpers = 0, play }, i) => ({
    kind,
    play,
    page: enter(`cheat-${i}`, helpers > 0 ? NEAR : NETWORK),
    helpers: Array.from({ length: helpers }, (_, n) => enter(`helper-${i}-${n}`, NEAR)),
  }));
  const honestTicks = HONEST_S * room.tickHz;
  for (let tick = 0; tick < honestTicks; tick++) {
    if (tick === honestTicks - AWAKE_S * room.tickHz)
      for (const { page, helpers } of cheats) for (const one of [page, ...helpers]) one.stayAwake();
    await advance(room, pages, tick);
  }
  const beganMs = room.nowMs;
  for (let tick = 0; tick < FOUND_S * room.tickHz; tick++) {
    for (const { play, page, helpers } of cheats) {
      gather(page, helpers);
      play(page, tick, helpers);
    }
    await advance(room, pages, tick);
  }
  return cheats.map(({ kind, page }) => {
    const flag = room.flags.find(({ id, atMs }) => id === page.id && atMs > beganMs);
    const seconds = flag ? Math.round((flag.atMs - beganMs) / 100) / 10 : null;
    return { kind, seconds, signal: Object.keys(flag?.signals ?? {})[0] };
  });
}

/** Helpers stand where the cheating page is. */
function gather({ id, room }: Page, helpers: readonly Page[]): void {
  const { x = 0, z = 0 } = room.players.get(id)?.avatar ?? {};
  for (const helper of helpers) Object.assign(room.players.get(helper.id)?.avatar ?? {}, { x, z });
}

async function openRange(players: number, seed: number) {
  const room = new RangeRoom();
  await room.open();
  const random = seeded(seed);
  const pages = Array.from({ length: players }, (_, i) => new Page(room, `page-${i}`, random, NETWORK));
  return { room, pages };
}

async function advance(room: RangeRoom, pages: readonly Page[], tick: number): Promise<void> {
  for (const page of pages) page.play();
  room.advance();
  if (tick % PAUSE_TICKS === 0) await new Promise((done) => setImmediate(done));
}

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bots: { type: "string", default: "1000" },
      minutes: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const seed = Number(values.seed);
  const started = process.cpuUsage();
  const kinds = await playCheats(seed);
  if (!values.json)
    for (const { kind, seconds, signal } of kinds) console.log(`${kind}: ${seconds ?? "NOT"} s (${signal})`);
  const honest = await playHonest(Number(values.bots), Number(values.minutes), seed);
  const { user, system } = process.cpuUsage(started);
  const found = kinds.filter(({ seconds }) => seconds !== null && seconds <= 10).length;
  const result = {
    bench: "cheat",
    network: NETWORK,
    honest,
    found,
    kinds,
    cpuS: Math.round((user + system) / 1e6),
  };
  console.log(values.json ? JSON.stringify(result) : result);
  if (honest.flagged > 0 || found < kinds.length) process.exitCode = 1;
}
