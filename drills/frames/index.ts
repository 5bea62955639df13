import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { layDatabase } from "../../tests/helpers/server-process.ts";
import { pause } from "../patience.ts";
import { type Company, GAMES, type Game, type Measures, openCompany } from "./frames-honest.ts";
import { type Sent, sendFrames } from "./frames-hostile.ts";
import { startWatched, type WatchedProcess } from "./frames-process.ts";
import { readSaved, type Saved } from "./frames-saved.ts";

export const help = `npm run drill -- frames [--frames 200000] [--seed 1] [--minutes 6] [--rate 1000] [--sockets 12]
                        [--control 20] [--json]

One server process with the sample games on an embedded database of its own. Two honest players in the plaza and two in
the meadow (the real SDK) walk; first by themselves, for --control seconds, then beside guests who send random frames on
raw sockets: every message of the rooms, well-formed and with one thing wrong, every opcode, input frames whole, cut,
changed and split, fragments, pings, texts, noise, broken WebSocket frames. Who is cut off or refused waits and comes
again. Then the process is stopped, what it saved is read number by number, and the four join a new one. The frames come
from --seed; --minutes is the most time that they may take.

The last line of --json: sent, byKind, closed, refused, alive, memory, ticks, saved, back, slow, findings. Ends with 1 when
the process ended, was silent or outgrew its memory, honest players had less than 95 % of their ticks or of their own
acknowledgements, a saved number is not finite, somebody could not come back, or not all frames were sent. On a machine
that other programs keep busy, missed ticks and frames are in \`slow\` and no failure.`;

/** Share of the control run's ticks that honest players must get. */
const SHARE_MIN = 0.95;
/** Cores that the drill itself may want besides the server. */
const BUSY_CORES = 1;

/** Result of the frames drill. */
export interface FramesResult {
  readonly drill: "frames";
  readonly seed: number;
  readonly sent: number;
  readonly seconds: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly sockets: number;
  readonly closed: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** False: the process ended, or had to be ended. */
  readonly alive: boolean;
  /** Of the server process, MB. */
  readonly memory: { readonly beforeMB: number; readonly peakMB: number; readonly afterMB: number };
  /**
   * Load that may have taken ticks: cores that the server used, and that the whole machine wanted, of how
   * many.
   */
  readonly cores: {
    readonly control: number;
    readonly hostile: number;
    readonly wanted: number;
    readonly of: number;
  };
  readonly logLinesPerThousand: number;
  /** Rates of the honest players, by game. */
  readonly ticks: Readonly<Record<Game, Share>>;
  readonly saved: Saved | undefined;
  /** True: all four honest players joined again. */
  readonly back: boolean;
  /** Reasons why honest players could not go on. */
  readonly troubles: readonly string[];
  /** What the machine could not do, in words; no finding. */
  readonly slow: string[];
  /** All missed bounds, troubles included, in words. */
  readonly findings: string[];
}

/**
 * Ticks and own acknowledgements a second: alone, beside hostile guests, and the share of them that was left.
 */
export interface Share {
  readonly controlHz: number;
  readonly hostileHz: number;
  readonly ratio: number;
  readonly acknowledgedRatio: number;
}

/** The drill's arguments. */
export interface FramesOptions {
  readonly frames: number;
  readonly seed: number;
  /** Most time that sending may take. */
  readonly seconds: number;
  /** Target rate, frames a second. */
  readonly perSecond: number;
  /** Hostile sockets at a time. */
  readonly sockets: number;
  readonly controlSeconds: number;
  tell(line: string): void;
  /** Of the server process, besides those of the drill. */
  readonly env?: Record<string, string>;
  /** What else hostile guests do beside the honest players, before they send frames. */
  before?(server: WatchedProcess, company: Company): Promise<void>;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      frames: { type: "string", default: "200000" },
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "6" },
      rate: { type: "string", default: "1000" },
      sockets: { type: "string", default: "12" },
      control: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await frames({
    frames: Number(values.frames),
    seed: Number(values.seed),
    seconds: Number(values.minutes) * 60,
    perSecond: Number(values.rate),
    sockets: Number(values.sockets),
    controlSeconds: Number(values.control),
    tell: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify(result));
  else show(result);
  if (result.findings.length > 0) process.exitCode = 1;
}

function show({
  byKind,
  closed,
  refused,
  ticks,
  memory,
  cores,
  saved,
  findings,
  ...rest
}: FramesResult): void {
  const total = Math.max(1, rest.sent);
  const shares = Object.entries(byKind).map(([kind, count]) => [kind, { count, pct: (100 * count) / total }]);
  console.table(Object.fromEntries(shares));
  console.table({ ...closed });
  console.table({ ...refused });
  console.table(ticks);
  console.log({ ...rest, memory, cores, saved, findings });
}

/** Runs it. Ends only processes that it started. */
export async function frames(options: FramesOptions): Promise<FramesResult> {
  const { seed, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-drill-frames-"));
  const env = {
    ROOMKEEP_DATA_DIR: folder,
    ROOMKEEP_SEAL_KEY: "",
    ROOMKEEP_ZONE_SAVE_MS: "2000",
    ...options.env,
  };
  tell(`seed ${seed}`);
  try {
    await layDatabase(join(folder, "database"));
    const server = await startWatched(env);
    const company = await openCompany(server.url);
    try {
      const measured = await storm(options, server, company);
      await pauseUnlessDead(server, 2_000);
      const { nowMB: afterMB } = server.rss;
      company.stop();
      await server.stop();
      const alive = server.death === undefined;
      if (!alive) tell([server.death, ...server.lastLines].join("\n"));
      const saved = alive ? await readSaved(folder, company.characterIds) : undefined;
      const back = alive && (await comeBack(env, company));
      const memory = { ...measured.memory, afterMB };
      const { troubles } = company;
      const result = { drill: "frames" as const, seed, ...measured, alive, memory, saved, back, troubles };
      return { ...result, ...judged(result, options, server) };
    } finally {
      company.stop();
      await server.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The control run, and the same beside hostile guests. */
async function storm(options: FramesOptions, server: WatchedProcess, company: Company) {
  const controlCores = coresOf(server);
  const endControl = company.measure();
  await pauseUnlessDead(server, options.controlSeconds * 1_000);
  const control = endControl();
  const cores = { control: controlCores(), of: cpus().length };
  const beforeMB = server.rss.nowMB;
  const linesBefore = server.lines;
  server.forget();
  await options.before?.(server, company);
  const hostileCores = coresOf(server);
  const endHostile = company.measure();
  const startedAt = performance.now();
  const secondsOf = () => (performance.now() - startedAt) / 1_000;
  const sent = await sendFrames({
    ...options,
    url: server.url,
    inputs: company.inputs,
    known: company.known(),
    over: () => server.death !== undefined || secondsOf() > options.seconds,
    tell: (so) => options.tell(progress(so, secondsOf(), server)),
  });
  const hostile = endHostile();
  const lines = server.lines - linesBefore;
  const { byKind, sockets, closed, refused } = sent;
  return {
    sent: sent.frames,
    seconds: Math.round(secondsOf()),
    byKind,
    sockets,
    closed,
    refused,
    memory: { beforeMB, peakMB: server.rss.peakMB },
    cores: { ...cores, hostile: hostileCores(), wanted: round(loadavg()[0] ?? 0) },
    logLinesPerThousand: Math.round((1_000 * lines) / Math.max(1, sent.frames)),
    ticks: sharesOf(control, hostile),
  };
}

/** Cores that the server uses from now until it is called. */
function coresOf(server: WatchedProcess): () => number {
  const { cpuS } = server;
  const startedAt = performance.now();
  return () => round((1_000 * (server.cpuS - cpuS)) / (performance.now() - startedAt));
}

const progress = ({ frames, sockets }: Sent, seconds: number, { rss }: WatchedProcess) =>
  `${Math.round(seconds)} s: ${frames} frames on ${sockets} sockets, server at ${rss.nowMB} MB`;

function sharesOf(control: Measures, hostile: Measures): Record<Game, Share> {
  const shareOf = (game: Game): Share => ({
    controlHz: round(control[game].ticksHz),
    hostileHz: round(hostile[game].ticksHz),
    ratio: round(hostile[game].ticksHz / control[game].ticksHz),
    acknowledgedRatio: round(hostile[game].acknowledgedHz / control[game].acknowledgedHz),
  });
  return { plaza: shareOf("plaza"), meadow: shareOf("meadow") };
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;

async function pauseUnlessDead(server: WatchedProcess, ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (server.death === undefined && performance.now() < until)
    await pause(Math.min(200, until - performance.now()));
}

/** Joins the four to a new process on the same database. */
async function comeBack(env: Record<string, string>, company: Company): Promise<boolean> {
  const server = await startWatched(env);
  try {
    return await company.comeBack(server.url);
  } finally {
    await server.stop();
  }
}

/** Whether the machine wanted more cores than it has: then ticks are lost to whatever else runs. */
export function isBusy({ wanted, of }: FramesResult["cores"]): boolean {
  return wanted > of + BUSY_CORES;
}

function judged(
  { sent, ticks, saved, troubles, cores }: Omit<FramesResult, "findings" | "slow">,
  { frames: wanted }: FramesOptions,
  { death, lastLines }: WatchedProcess,
): Pick<FramesResult, "findings" | "slow"> {
  const slow: string[] = [];
  const findings = [...troubles, ...(saved?.faults ?? [])];
  if (death !== undefined) findings.push(`${death}; its last lines:\n${lastLines.join("\n")}`);
  const late = isBusy(cores) ? slow : findings;
  if (sent < wanted) late.push(`${sent} of ${wanted} frames were sent`);
  if (saved && saved.zoneHash === undefined) findings.push("the meadow has no hash");
  for (const game of GAMES) {
    const { ratio, acknowledgedRatio } = ticks[game];
    // Written so that NaN is a miss too.
    if (!(ratio >= SHARE_MIN)) late.push(`${game}: honest players had ${ratio} of their ticks`);
    if (!(acknowledgedRatio >= SHARE_MIN))
      late.push(`${game}: ${acknowledgedRatio} of own inputs were acknowledged`);
  }
  return { slow, findings };
}
