import { setTimeout as sleep } from "node:timers/promises";
import { inspect, parseArgs } from "node:util";
import { behaviours, type PoolCounts } from "../../plugins/behaviours/index.ts";
import type { TickProfile } from "../../rooms/index.ts";
import { bootServer } from "../../testing/index.ts";
import { openPace } from "../pace.ts";
import { AGENTS, VillageRoom } from "./village.ts";

export const help = `npm run drill -- behaviours [--seconds 60] [--workers 1] [--stall 100] [--json]

A room of 1,000 scripts decides 4 times a second, first in peace and then under attack: every class of attack is thrown in at
random, four a second, and a worker is killed every 5 s. Counts what must not be: escaped (a script found something of the
host, or tainted another), neighboursHarmed (a neighbour's fault, or lost memory), ticks that were late beside those in peace,
memory that does not come back. --stall: milliseconds after which a script that does not come back is ended.
The last line of --json has them, with pace (share of a core that a thread got), slow (late ticks while other work wanted the
cores; no finding) and findings. Ends with 1 where there are any.`;

interface Options {
  readonly seconds: number;
  readonly workers: number;
  readonly stallMs: number;
}

interface Outcome {
  readonly profile: TickProfile;
  readonly counts: PoolCounts;
  readonly drill: VillageRoom["drill"];
  readonly workerShare: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "60" },
      workers: { type: "string", default: "1" },
      stall: { type: "string", default: "100" },
      json: { type: "boolean", default: false },
    },
  });
  const options = {
    seconds: Number(values.seconds),
    workers: Number(values.workers),
    stallMs: Number(values.stall),
  };
  const pace = openPace();
  try {
    const peace = await play(options, false);
    const began = performance.now();
    const attacked = await play(options, true);
    const { late, ...result } = resultOf(options, peace, attacked);
    const verdict = { slow: [] as string[], findings: result.findings };
    if (late) pace.missed(late, began, verdict);
    const told = { ...result, pace: pace.since(began), ...verdict };
    console.log(values.json ? JSON.stringify(told) : inspect(told, { depth: 5 }));
    if (told.findings.length > 0) process.exitCode = 1;
  } finally {
    await pace.close();
  }
}

/** One room for so many seconds. */
async function play({ seconds, workers, stallMs }: Options, isUnderAttack: boolean): Promise<Outcome> {
  const world = await bootServer(
    { village: VillageRoom },
    { plugins: [behaviours.with({ workers, stallMs })] },
  );
  try {
    const ann = await world.join("village", { name: "Ann" });
    const room = world.room<VillageRoom>(ann.room.roomId);
    const { pool } = room.plugin(behaviours);
    // All scripts are open, and the module has its size.
    while (pool.counts.decisions < 5 * AGENTS) await sleep(100);
    const rssBefore = process.memoryUsage.rss();
    const before = { ...room.tickProfile() };
    const busyBefore = pool.counts.busyMs;
    room.isUnderAttack = isUnderAttack;
    for (let passed = 0; passed < seconds; passed += 5) {
      await sleep(Math.min(5, seconds - passed) * 1_000);
      if (isUnderAttack) await pool.kill(Math.floor(passed / 5));
    }
    const after = room.tickProfile();
    const workerShare = (pool.counts.busyMs - busyBefore) / (seconds * 1_000);
    room.calm();
    await sleep(3_000);
    const profile = { ...after, ticks: after.ticks - before.ticks, late: after.late - before.late };
    const { counts } = pool;
    return {
      profile,
      counts: { ...counts },
      drill: room.drill,
      workerShare,
      rssBefore,
      rssAfter: process.memoryUsage.rss(),
    };
  } finally {
    await world.close();
  }
}

function resultOf({ seconds }: Options, peace: Outcome, attacked: Outcome) {
  const lateShare = ({ profile }: Outcome) => profile.late / Math.max(1, profile.ticks);
  const { drill, counts } = attacked;
  const memoryGrowthMB = Math.round((attacked.rssAfter - attacked.rssBefore) / 1e6);
  const isLate = lateShare(attacked) > lateShare(peace) + 0.01;
  const findings = [
    ...(drill.escaped.length > 0 ? ["a script escaped"] : []),
    ...(drill.harmed.length > 0 ? ["neighbours were harmed"] : []),
    ...(memoryGrowthMB >= 20 ? ["memory did not come back"] : []),
  ];
  return {
    drill: "behaviours",
    seconds,
    agents: AGENTS,
    attacks: drill.attacks,
    contained: drill.contained,
    escaped: drill.escaped.length,
    neighboursHarmed: drill.harmed.length,
    harmed: drill.harmed.slice(0, 10),
    ticks: { peace: peace.profile.ticks, attacked: attacked.profile.ticks },
    ticksLate: { peace: peace.profile.late, attacked: attacked.profile.late },
    p99Ms: { peace: peace.profile.p99Ms, attacked: attacked.profile.p99Ms },
    decisionsASecond: { peace: rate(peace, seconds), attacked: rate(attacked, seconds) },
    workerShare: { peace: peace.workerShare, attacked: attacked.workerShare },
    workersEnded: { stalled: counts.stalled, killed: counts.exited },
    asleep: counts.asleep,
    recycled: counts.recycled,
    memoryGrowthMB,
    findings,
    late: isLate ? "more ticks were late than in peace" : undefined,
  };
}

const rate = ({ counts }: Outcome, seconds: number) => Math.round(counts.decisions / seconds);
