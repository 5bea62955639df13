import { parseArgs } from "node:util";
import { accessTokenOf } from "../../bots/index.ts";
import { seeded } from "../../shared/random.ts";
import type { Company } from "../frames/frames-honest.ts";
import type { WatchedProcess } from "../frames/frames-process.ts";
import { type FramesResult, frames } from "../frames/index.ts";
import { adminCases } from "./admin.ts";
import { CLASSES, type Class, type HostileCase, sendCases, type Tally } from "./case.ts";
import { httpCases } from "./http.ts";
import { identityCases } from "./identity.ts";
import { type HostilePlayer, meaningCases, openHostilePlayer, valueCases } from "./messages.ts";

export const help = `npm run drill -- hostile [--frames 1000000] [--seed 1] [--minutes 40] [--rate 1000] [--sockets 12]
                        [--control 20] [--json]

One server process with the sample games on an embedded database of its own, and two honest players in each of two rooms,
first by themselves for --control seconds. Beside them hostile input of each class is sent: requests (malformed, without end,
nested, of other kinds), identities (forged, stolen, used), operators' pages and commands, values that are none, and sound
messages that the rules forbid; then random frames on raw sockets, as in \`frames\`, connections cut among them.

The last line of --json: sent, refused, changedState, exits, honestHz, memoryMB, byClass, frames. Ends with 1 when something
was taken that must be refused, the server failed (a status of 5xx) or ended, what somebody owns changed, a case left
more than 1 MB behind, or honest players were harmed. Honest players have 20 ticks a second; on a machine that cannot do
19.5 of them alone either, they must have what they had alone; on one that other programs keep busy the result says what
was missed (\`slow\`) and is no failure.`;

/** Ticks a second that honest players must have, or so much of what they had alone. */
const HONEST_HZ = 19.5;
const HONEST_SHARE = 0.975;
/** Cores that the drill itself may want besides the server. */
const BUSY_CORES = 1;
/** Memory that a case may leave behind, MB. */
const MEMORY_MAX_MB = 1;

/** What the drill found. */
export interface HostileResult {
  readonly drill: "hostile";
  readonly seed: number;
  /** Requests, messages and frames. */
  readonly sent: number;
  /** By an answer: frames are refused by closed sockets as well. */
  readonly refused: number;
  /** Classes after which somebody owned something else. */
  readonly changedState: number;
  readonly exits: number;
  /** Of the room that had the fewest ticks. */
  readonly honestHz: number;
  readonly aloneHz: number;
  /** What the case of the worst class left behind, on average. */
  readonly memoryMB: number;
  readonly byClass: Readonly<Record<Class, ClassResult>>;
  readonly frames: FramesResult;
  /** What the machine could not do, in words; no finding. */
  readonly slow: readonly string[];
  readonly findings: readonly string[];
}

/** What became of the cases of one class. */
interface ClassResult extends Tally {
  readonly cases: number;
  /** Left behind by all of them. */
  readonly memoryMB: number;
  readonly seconds: number;
  readonly honestHz: number;
}

/** The drill's arguments. */
export interface HostileOptions {
  readonly frames: number;
  readonly seed: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly sockets: number;
  readonly controlSeconds: number;
  tell(line: string): void;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      frames: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "40" },
      rate: { type: "string", default: "1000" },
      sockets: { type: "string", default: "12" },
      control: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await hostile({
    frames: Number(values.frames),
    seed: Number(values.seed),
    seconds: Number(values.minutes) * 60,
    perSecond: Number(values.rate),
    sockets: Number(values.sockets),
    controlSeconds: Number(values.control),
    tell: (line) => console.error(line),
  });
  if (values.json) console.log(JSON.stringify(result));
  else console.log(result);
  if (result.findings.length > 0) process.exitCode = 1;
}

/** Runs it. Ends only processes that it started. */
export async function hostile(options: HostileOptions): Promise<HostileResult> {
  const adminPassword = `drill-${options.seed}-password`;
  const byClass: Partial<Record<Class, ClassResult>> = {};
  const changed: string[] = [];
  const result = await frames({
    ...options,
    env: { ROOMKEEP_ADMIN_PASSWORD: adminPassword, ROOMKEEP_ADDRESS_TICKETS: "1000000" },
    before: (server, company) => sendCorpus(options, { server, company, adminPassword, byClass, changed }),
  });
  return summed(options, result, byClass as HostileResult["byClass"], changed);
}

interface Corpus {
  readonly server: WatchedProcess;
  readonly company: Company;
  readonly adminPassword: string;
  readonly byClass: Partial<Record<Class, ClassResult>>;
  /** Classes after which something was owned by another. */
  readonly changed: string[];
}

async function sendCorpus(options: HostileOptions, corpus: Corpus): Promise<void> {
  const { server, company, byClass, changed } = corpus;
  const random = seeded(options.seed);
  const { url } = server;
  const players = [await openHostilePlayer(url, "Rude"), await openHostilePlayer(url, "Ruder")] as const;
  const owners = [...company.characterIds, ...players.map(({ characterId }) => characterId)];
  const cases = await casesOf(url, players, corpus.adminPassword, random);
  for (const name of CLASSES) {
    const [ownedBefore, memoryBefore] = [await server.ownedBy(owners), await server.usedMB()];
    const endMeasure = company.measure();
    const startedAt = performance.now();
    const tally = await sendCases(cases[name], random);
    // Without the collections of memory, which are the drill's.
    const seconds = (performance.now() - startedAt) / 1_000;
    const honestHz = Math.min(...Object.values(endMeasure()).map(({ ticksHz }) => ticksHz));
    const memoryMB = (await server.usedMB()) - memoryBefore;
    if ((await server.ownedBy(owners)) !== ownedBefore) changed.push(name);
    byClass[name] = {
      ...tally,
      cases: cases[name].length,
      memoryMB: round(memoryMB),
      seconds: round(seconds),
      honestHz: round(honestHz),
    };
    options.tell(`${name}: ${tally.sent} sent, ${tally.refused} refused, ${round(memoryMB)} MB left behind`);
  }
  for (const player of players) player.stop();
}

async function casesOf(
  url: string,
  [player, other]: readonly [HostilePlayer, HostilePlayer],
  adminPassword: string,
  random: ReturnType<typeof seeded>,
): Promise<Record<Class, HostileCase[]>> {
  const accessToken = await accessTokenOf(url, player.token);
  return {
    http: httpCases(url, accessToken, random),
    identity: identityCases(url, await accessTokenOf(url, other.token)),
    admin: adminCases(url, accessToken, adminPassword),
    values: valueCases(player),
    meaning: meaningCases(player, other),
  };
}

function summed(
  { seed }: HostileOptions,
  frames: FramesResult,
  byClass: HostileResult["byClass"],
  changed: readonly string[],
): HostileResult {
  const tallies = Object.values(byClass);
  const sum = (key: "sent" | "refused") => tallies.reduce((all, tally) => all + tally[key], 0);
  const hz = (when: "controlHz" | "hostileHz") =>
    Math.min(...Object.values(frames.ticks).map((share) => share[when]));
  const parts = [...tallies, { seconds: frames.seconds, honestHz: hz("hostileHz") }];
  const seconds = parts.reduce((all, part) => all + part.seconds, 0);
  const honestHz = round(parts.reduce((all, part) => all + part.honestHz * part.seconds, 0) / seconds);
  const aloneHz = hz("controlHz");
  const memoryMB = Math.max(...tallies.map((tally) => tally.memoryMB / Math.max(1, tally.cases)));
  const refusedFrames = Object.values(frames.refused).reduce((all, count) => all + count, 0);
  const isOfTicks = (finding: string) => /of their ticks$|own inputs were acknowledged$/.test(finding);
  const findings = frames.findings.filter((finding) => !isOfTicks(finding));
  const slow: string[] = [];
  // On a machine that wants more cores than it has, ticks are lost to whatever else runs.
  const { wanted, of } = frames.cores;
  const ofTicks = wanted > of + BUSY_CORES ? slow : findings;
  for (const [name, { wrong }] of Object.entries(byClass))
    for (const [what, count] of Object.entries(wrong)) findings.push(`${name}: ${what}, ${count} times`);
  for (const name of changed) findings.push(`${name}: what somebody owns has changed`);
  if (!(memoryMB <= MEMORY_MAX_MB)) findings.push(`a case left ${memoryMB} MB behind`);
  if (!(honestHz >= HONEST_HZ)) {
    const isKept = aloneHz < HONEST_HZ && honestHz >= HONEST_SHARE * aloneHz;
    const text = `honest players had ${honestHz} ticks a second, and ${aloneHz} alone; ${wanted} of ${of} cores were wanted`;
    (isKept ? slow : ofTicks).push(text);
  }
  return {
    drill: "hostile",
    seed,
    sent: sum("sent") + frames.sent,
    refused: sum("refused") + refusedFrames,
    changedState: changed.length,
    exits: frames.alive ? 0 : 1,
    honestHz,
    aloneHz,
    memoryMB: round(memoryMB),
    byClass,
    frames,
    slow,
    findings,
  };
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
