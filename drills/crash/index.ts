import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded } from "../../shared/random.ts";
import { ended } from "../../tests/helpers/postgres.ts";
import { pause } from "../patience.ts";
import { openPremises, type Premises } from "../premises.ts";
import { scriptArguments } from "../script-arguments.ts";
import { type Bot, type Company, openBot } from "./crash-bot.ts";
import { RELICS } from "./crash-room.ts";
import { compare, openJournal, type Tally } from "./crash-tally.ts";

export const help = `npm run drill -- crash [--cycles 60] [--bots 9] [--play 1500] [--faults kill,stall,cut]
                       [--without fence|lease] [--seed 1] [--json]

Three server processes on one PostgreSQL and one Redis. Bots (the real SDK) make, drop, pick up, end and trade relics
and coins, save, die, loot and change rooms; each cycle a process is killed (kill -9), frozen past its lease (SIGSTOP
for 13 s, then SIGCONT), or all database connections are cut. Afterwards what is in the database is compared to what
the bots were acknowledged and to the ledger. Every relic is one of a kind, so that one lost or doubled is named.

  --without fence   no write names owner and epoch: violations must be found
  --without lease   load on join, save the whole blob on leave: violations must be found

The last line of --json: cycles, acknowledged, lost, doubled, staleRefused, sumsEqual, slow (bots that were not back in
25 s; no finding). Ends with 1 when anything was lost or doubled (with --without: when nothing was).`;

/** Length of a freeze, ms: a lease of 10 s and a little. */
const FREEZE_MS = 13_000;
const START_MS = 120_000;
const RECOVER_MS = 25_000;
const FAULTS = ["kill", "stall", "cut"] as const;
type Fault = (typeof FAULTS)[number];

/** Result of the crash drill. */
export interface CrashResult extends Tally {
  drill: "crash";
  without: string;
  seed: number;
  cycles: number;
  faults: Record<Fault, number>;
  staleRefused: number;
  troubles: Record<string, number>;
  /** What could not be done in time, as on a slow machine; no finding. */
  slow: string[];
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cycles: { type: "string", default: "60" },
      bots: { type: "string", default: "9" },
      play: { type: "string", default: "1500" },
      faults: { type: "string", default: FAULTS.join(",") },
      without: { type: "string", default: "nothing" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const faults = values.faults.split(",").filter((name): name is Fault => FAULTS.includes(name as Fault));
  const result = await crash({
    cycles: Number(values.cycles),
    bots: Number(values.bots),
    playMs: Number(values.play),
    faults,
    without: values.without,
    seed: Number(values.seed),
    tell: (line) => console.error(line),
  });
  console.log(values.json ? JSON.stringify(result) : result);
  const harmed = result.lost + result.doubled > 0 || !result.sumsEqual;
  if (harmed !== (values.without !== "nothing")) process.exitCode = 1;
}

/** The drill's arguments. */
export interface CrashOptions {
  cycles: number;
  bots: number;
  playMs: number;
  faults: readonly Fault[];
  without: string;
  seed: number;
  tell(line: string): void;
}

/** Runs the cycles and compares. Ends only processes that it started. */
export async function crash(options: CrashOptions): Promise<CrashResult> {
  const { cycles, without, seed, tell } = options;
  const startedAt = performance.now();
  const premises = await openPremises();
  let staleRefused = 0;
  const onStale = () => {
    staleRefused += 1;
  };
  const fleet = await openFleet(premises, without, onStale);
  const journal = openJournal();
  const faults: Record<Fault, number> = { kill: 0, stall: 0, cut: 0 };
  const watch = openWatch();
  const slow: string[] = [];
  try {
    const company = companyOf(options, journal, fleet);
    const bots = await Promise.all(Array.from({ length: options.bots }, () => openBot(company)));
    watch.begin(journal, premises);
    noteLate(await settled(bots, 2, START_MS), "at the start", slow);
    for (let cycle = 0; cycle < cycles; cycle++) {
      await pause(options.playMs);
      const fault = options.faults[cycle % options.faults.length] as Fault;
      faults[fault] += 1;
      await inflict(fault, fleet, premises, company);
      const late = await settled(bots, 2, RECOVER_MS);
      noteLate(late, `cycle ${cycle + 1}, ${fault}`, slow);
      tell(
        `cycle ${cycle + 1}/${cycles}: ${fault}; ${journal.tally().acknowledged} acknowledged${late ? `, ${late} bots not back yet` : ""}`,
      );
    }
    await pause(options.playMs);
    await Promise.all(bots.map((bot) => bot.stop(RECOVER_MS)));
    await watch.end();
    await fleet.close();
    const tally = await compare(journal, premises, without === "lease");
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const { troubles } = journal.tally();
    return { drill: "crash", without, seed, faults, troubles, slow, seconds, ...tally, cycles, staleRefused };
  } finally {
    await watch.end();
    await fleet.close();
    await premises.close();
  }
}

function companyOf({ seed, bots }: CrashOptions, journal: Company["journal"], fleet: Fleet): Company {
  let relics = 0;
  return {
    journal,
    urls: fleet.urls,
    random: seeded(seed),
    newRelic() {
      if (relics === RELICS) throw new Error(`There are only ${RELICS} relics; run fewer cycles or bots.`);
      return `relic-${relics++}`;
    },
    whereabouts: new Map(),
    hosts: new Map(),
    piles: [],
    paceMs: 25 * bots,
  };
}

/** Address of a process that a random bot plays on. */
function whereSomebodyIs({ hosts, random }: Company): string | undefined {
  const all = [...hosts.values()];
  return all[Math.floor(random() * all.length)];
}

/** Checks repeatedly whether a character is stored older than a save that was acknowledged by then. */
function openWatch() {
  let watching = true;
  let work = Promise.resolve();
  const look = async (journal: Company["journal"], premises: Premises) => {
    while (watching) {
      await journal.lookUp(premises);
      await pause(100);
    }
  };
  return {
    begin: (journal: Company["journal"], premises: Premises) => {
      work = look(journal, premises);
    },
    end: () => {
      watching = false;
      return work;
    },
  };
}

async function inflict(fault: Fault, fleet: Fleet, premises: Premises, company: Company): Promise<void> {
  const host = whereSomebodyIs(company);
  if (fault === "cut") return premises.cut();
  if (fault === "kill") return fleet.kill(fleet.at(host));
  const { saves } = company.journal.tally();
  const stuck = [...company.hosts]
    .filter(([, at]) => at === host)
    .map(([who]) => [who, saves.get(who)] as const);
  // It wakes when a character that it had was saved elsewhere: only then could it overwrite something.
  return fleet.freeze(fleet.at(host), () => stuck.some(([who, before]) => saves.get(who) !== before));
}

/**
 * Waits until every bot has so many more certain answers. Returns the number of bots that did not in time.
 */
async function settled(bots: readonly Bot[], more: number, ms: number): Promise<number> {
  const goals = bots.map((bot) => bot.settled() + more);
  const until = performance.now() + ms;
  const late = () => bots.filter((bot, n) => bot.settled() < (goals[n] ?? 0)).length;
  while (late() > 0 && performance.now() < until) await pause(50);
  return late();
}

function noteLate(late: number, when: string, slow: string[]): void {
  if (late > 0) slow.push(`${when}: ${late} bots had no two certain answers in time`);
}

/** Three server processes. */
interface Fleet {
  /** Urls of processes that are not known to be dead or frozen. */
  urls(): string[];
  /** Number of the process at a host:port; the first where there is none. */
  at(host: string | undefined): number;
  kill(which: number): Promise<void>;
  /** Freezes it for {@link FREEZE_MS}, and up to as long again until `enough`. */
  freeze(which: number, enough: () => boolean): Promise<void>;
  /** Lets all bots leave and save, and ends the processes. */
  close(): Promise<void>;
}

type ServerProcess = { child: ChildProcess; url: string; folder: string; frozen: boolean };

async function openFleet(premises: Premises, without: string, onStale: () => void): Promise<Fleet> {
  const start = () => startServer(premises, without, onStale);
  const first = await start(); // it migrates
  const servers = [first, ...(await Promise.all([start(), start()]))];
  let closing: Promise<void> | undefined;
  const end = async ({ child, folder }: ServerProcess, signal: NodeJS.Signals) => {
    await ended(child, signal);
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    urls: () => servers.filter(({ frozen }) => !frozen).map(({ url }) => url),
    at: (host) =>
      Math.max(
        0,
        servers.findIndex(({ url }) => new URL(url).host === host),
      ),
    async kill(which) {
      const victim = servers[which] as ServerProcess;
      victim.frozen = true;
      await end(victim, "SIGKILL");
      servers[which] = await start();
    },
    async freeze(which, enough) {
      const victim = servers[which] as ServerProcess;
      victim.frozen = true;
      victim.child.kill("SIGSTOP");
      await pause(FREEZE_MS);
      const until = performance.now() + FREEZE_MS;
      while (!enough() && performance.now() < until) await pause(50);
      victim.child.kill("SIGCONT");
      victim.frozen = false;
    },
    close() {
      closing ??= Promise.all(
        servers.map(async (server) => {
          server.child.kill("SIGCONT");
          await end(server, "SIGTERM");
        }),
      ).then(() => {});
      return closing;
    },
  };
}

function startServer(premises: Premises, without: string, onStale: () => void): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-drill-"));
  const file = fileURLToPath(new URL("crash-server.ts", import.meta.url));
  const child = spawn(process.execPath, [...scriptArguments(file), without], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      DATABASE_URL: premises.databaseUrl,
      REDIS_URL: premises.redisUrl,
      PORT: "0",
      HOST: "127.0.0.1",
      ROOMKEEP_DATA_DIR: folder,
      LOG_LEVEL: process.env.DRILL_LOG ?? "silent",
    },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error("a server did not start in time"));
    }, START_MS);
    child.once("exit", (code) => reject(new Error(`a server ended with ${code}`)));
    child.on("message", (message: { ready?: true; url: string; stale?: true }) => {
      if (message.stale) onStale();
      if (!message.ready) return;
      clearTimeout(timer);
      resolve({ child, url: message.url, folder, frozen: false });
    });
  });
}
