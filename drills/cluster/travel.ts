import { parseArgs } from "node:util";
import type { Avatar, PartyView } from "roomkeep/shared";
import type { TestPlayer } from "roomkeep/testing";
import type { LocalProcess } from "../../server/dev/local-cluster.ts";
import { pause } from "../patience.ts";
import { type DrillCluster, openDrillCluster } from "./fleet.ts";
import { hostOf } from "./liveness.ts";
import { HARMS, type Harm, STEPS, type Step } from "./travel-steps.ts";
import { openWalker, quantile, type Walker } from "./walker.ts";

export const help = `npm run drill -- travel [--cycles 40] [--singles 40] [--harm kill,freeze,none] [--json]

Three server processes on one PostgreSQL and one Redis behind one address; a party of four and single travellers go
between two kept zones, a place and the party's instance. In each cycle the party and some of the others set out, and
the process that they leave, or the one that they go to, is killed (kill -9) or frozen (SIGSTOP, longer than a lease)
at one step of the hand-over, each step in turn. Before the first harm there is a round without any.

The last line of --json: journeys, arrived, returned (back where they stood), lost (in no room 15 s after), twoPlaces
(stand in two rooms), partySplit (the party is in several rooms 15 s after), p50Ms and p99Ms (undisturbed journeys),
p99DeathMs (from the harm until they play again), harmed (steps that were reached).
Ends with 1 unless lost, twoPlaces and partySplit are 0.`;

const ZONES = ["north", "south", "meet"] as const;
/** A player who is in no room after so long is lost, ms. */
const SETTLE_MS = 15_000;
const STALE_MS = 5_000;
const FREEZE_MS = 11_500;
type Side = keyof typeof STEPS;

/** Result of the travel drill. */
export interface TravelResult {
  drill: "travel";
  cycles: number;
  harmed: number;
  journeys: number;
  arrived: number;
  returned: number;
  /** Players who joined anew, because the process that they were in, or went to, was gone. */
  rejoined: number;
  lost: number;
  twoPlaces: number;
  partySplit: number;
  p50Ms: number;
  p99Ms: number;
  p99DeathMs: number;
  findings: string[];
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cycles: { type: "string", default: "40" },
      singles: { type: "string", default: "40" },
      harm: { type: "string", default: HARMS.join(",") },
      json: { type: "boolean", default: false },
    },
  });
  const harms = values.harm.split(",").filter((one): one is Harm => HARMS.includes(one as Harm));
  const cluster = await openDrillCluster();
  try {
    const tell = (line: string) => console.error(line);
    const result = await travel(cluster, {
      cycles: Number(values.cycles),
      singles: Number(values.singles),
      harms,
      tell,
    });
    console.log(values.json ? JSON.stringify(result) : result);
    if (result.lost + result.twoPlaces + result.partySplit > 0) process.exitCode = 1;
  } finally {
    await cluster.close();
  }
}

/** The drill's arguments. */
export interface TravelOptions {
  cycles: number;
  singles: number;
  /** Rounds before the first harm; default 3. */
  calm?: number;
  /** Empty: no process is harmed. */
  harms: readonly Harm[];
  tell(line: string): void;
}

/** Runs the cycles on a cluster that is open. */
export async function travel(cluster: DrillCluster, options: TravelOptions): Promise<TravelResult> {
  const startedAt = performance.now();
  const plan = planOf(options);
  const result: TravelResult = {
    drill: "travel",
    cycles: options.cycles,
    harmed: 0,
    journeys: 0,
    arrived: 0,
    returned: 0,
    rejoined: 0,
    lost: 0,
    twoPlaces: 0,
    partySplit: 0,
    p50Ms: 0,
    p99Ms: 0,
    p99DeathMs: 0,
    findings: [],
    seconds: 0,
  };
  const singles: Walker[] = [];
  for (let n = 0; n < options.singles; n++) {
    singles.push(await openWalker(cluster.url, ZONES[n % 3] as string, `Rider ${n}`, false));
  }
  const party: Walker[] = [];
  for (let n = 0; n < 4; n++) party.push(await openWalker(cluster.url, "meet", `Member ${n}`, false));
  await formParty(party);
  const all = [...singles, ...party];
  const calm: number[] = [];
  const death: number[] = [];
  try {
    for (const [cycle, blow] of plan.entries()) {
      const lead = party[0] as Walker;
      const from = lead.player.room.name;
      const to =
        from === "den"
          ? "north"
          : (["north", "south", "den", "meet"].filter((one) => one !== from)[cycle % 3] as string);
      const setOut = [lead, ...some(singles, cycle)];
      const marks = new Map(all.map((one) => [one, markOf(one)]));
      const strike = blow && armed(cluster, hostOf(cluster, lead.player), blow);
      for (const one of setOut) goTo(one, one === lead ? to : undefined, cycle);
      const settledMs = await settle(all, party, setOut, marks);
      const victim = strike?.end();
      if (victim) result.harmed += 1;
      for (const one of all) {
        const mark = marks.get(one) as Mark;
        (victim ? death : calm).push(...one.away.slice(mark.away));
        count(result, one, mark);
      }
      const name = blow
        ? `${blow.harm} the ${blow.side} ${blow.step}${victim ? "" : " (not reached)"}`
        : "undisturbed";
      await judge(result, all, party, `${name}, ${from} to ${to}`);
      options.tell(`cycle ${cycle + 1}/${plan.length}: ${name}; all play after ${Math.round(settledMs)} ms`);
      if (victim) await recover(cluster, victim, blow?.harm === "freeze");
      if (victim) await judge(result, all, party, `after ${name}, ${from} to ${to}`);
    }
  } finally {
    for (const one of all) one.stop();
  }
  return {
    ...result,
    p50Ms: quantile(calm, 0.5),
    p99Ms: quantile(calm, 0.99),
    p99DeathMs: quantile(death, 0.99),
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

interface Blow {
  side: Side;
  step: Step;
  harm: Harm;
}

/** Three rounds without harm, then each step of each side with each harm, in turn. */
function planOf({ cycles, harms, calm: rounds = 3 }: TravelOptions): (Blow | undefined)[] {
  const blows = harms.flatMap((harm) =>
    (["source", "target"] as const).flatMap((side) => STEPS[side].map((step) => ({ side, step, harm }))),
  );
  const calm = Array.from({ length: rounds }, () => undefined);
  if (blows.length === 0) return Array.from({ length: cycles }, () => undefined);
  return [...calm, ...Array.from({ length: cycles }, (_, n) => blows[n % blows.length])];
}

async function formParty([lead, ...members]: Walker[]): Promise<void> {
  if (!lead) return;
  for (const { player } of members) {
    const invited = player.message<{ party: string }>("party.invited");
    lead.player.send("party.invite", { to: player.room.sessionId });
    const joined = player.message<PartyView>("party");
    player.send("party.accept", { party: (await invited).party });
    await joined;
  }
  await pause(500);
}

interface Mark {
  player: TestPlayer;
  journeys: number;
  away: number;
  rejoined: number;
}
const markOf = ({ player, away, rejoined }: Walker): Mark => ({
  player,
  journeys: player.journeys.length,
  away: away.length,
  rejoined,
});

/** Arms the processes that may be the victim; `end` returns the one that was. */
function armed(cluster: DrillCluster, source: LocalProcess, { side, step, harm }: Blow) {
  // The process with the target room, or that opens it, is known when it happens.
  const targets = side === "source" ? [source] : cluster.running();
  let victim: LocalProcess | undefined;
  const listeners = targets.map((one) => {
    const hear = (message: { reached?: Step }) => {
      if (message.reached) victim ??= one;
    };
    one.child.on("message", hear);
    one.child.send({ arm: step, harm });
    return () => {
      one.child.off("message", hear);
      if (one !== victim && one.child.connected) one.child.send({ harm });
    };
  });
  return {
    end() {
      for (const stop of listeners) stop();
      return victim;
    },
  };
}

function some(singles: readonly Walker[], cycle: number): Walker[] {
  return singles.filter((one, n) => one.isPlaying() && (n + cycle) % 4 === 0);
}

function goTo(one: Walker, to: string | undefined, cycle: number): void {
  const here = one.player.room.name;
  const others = ZONES.filter((zone) => zone !== here);
  one.player.send("step", { to: to ?? others[cycle % others.length] });
}

const roomsOf = (party: readonly Walker[]) => new Set(party.map(({ player }) => player.room.roomId));

/** Waits until all play, all journeys have ended, and the party is together; at most so long. */
async function settle(
  all: readonly Walker[],
  party: readonly Walker[],
  setOut: readonly Walker[],
  marks: ReadonlyMap<Walker, Mark>,
): Promise<number> {
  const from = performance.now();
  const hasEnded = (one: Walker) => one.away.length > (marks.get(one)?.away ?? 0);
  const done = () =>
    all.every((one) => one.isPlaying()) &&
    setOut.every(hasEnded) &&
    party.every(hasEnded) &&
    roomsOf(party).size === 1;
  // Not noticed at once: a process that dies after the journey has ended.
  await pause(700);
  while (!done() && performance.now() - from < SETTLE_MS) await pause(50);
  return performance.now() - from;
}

function count(result: TravelResult, one: Walker, mark: Mark): void {
  const ended = one.player === mark.player ? one.player.journeys.slice(mark.journeys) : one.player.journeys;
  const returned = ended.filter((how) => /^[A-Z_]+$/.test(how)).length;
  const rejoined = one.rejoined - mark.rejoined;
  result.returned += returned;
  result.arrived += ended.length - returned;
  result.rejoined += rejoined;
  result.journeys += ended.length + rejoined;
}

/** Checks the invariants of a round. */
async function judge(
  result: TravelResult,
  all: readonly Walker[],
  party: readonly Walker[],
  when: string,
): Promise<void> {
  const lost = all.filter((one) => !one.isPlaying());
  result.lost += lost.length;
  for (const { name } of lost) result.findings.push(`${name} lost: ${when}`);
  // An observer in a process that has just died sees the past.
  const until = performance.now() + STALE_MS;
  while (inTwoPlaces(all).length > 0 && performance.now() < until) await pause(100);
  for (const name of inTwoPlaces(all)) {
    result.twoPlaces += 1;
    result.findings.push(`${name} in two places: ${when}`);
  }
  if (roomsOf(party).size > 1) {
    result.partySplit += 1;
    result.findings.push(`the party in ${party.map(({ player }) => player.room.name).join(", ")}: ${when}`);
  }
}

/** Players that any observer sees in more than one room. */
function inTwoPlaces(all: readonly Walker[]): string[] {
  const places = new Map<string, Set<string>>();
  for (const { player } of all.filter((one) => one.isPlaying())) {
    for (const actor of player.room.state.actors.values()) {
      if (actor.kind !== "avatar") continue;
      const { name } = actor as Avatar;
      places.set(name, (places.get(name) ?? new Set()).add(player.room.roomId));
    }
  }
  return [...places].filter(([, rooms]) => rooms.size > 1).map(([name]) => name);
}

/** The dead one is started again, the frozen one wakes; then all three are there. */
async function recover(cluster: DrillCluster, victim: LocalProcess, frozen: boolean): Promise<void> {
  if (frozen) {
    await pause(FREEZE_MS);
    victim.child.kill("SIGCONT");
    await pause(3_000);
    return;
  }
  const until = performance.now() + 60_000;
  while (cluster.running().length < 3 && performance.now() < until) await pause(100);
  await pause(1_500);
}
