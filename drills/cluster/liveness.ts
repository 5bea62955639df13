import { parseArgs } from "node:util";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { joinSoon, pause } from "../patience.ts";
import { type DrillCluster, openDrillCluster } from "./fleet.ts";

export const help = `npm run drill -- liveness [--rounds 3] [--freeze 13] [--json]

Three server processes on one PostgreSQL and one Redis. In each round the process that has the zone "north" is killed
(kill -9): how long its rooms stay on the lists of the others, and how long the first join to the zone takes 5 s after
the death. Then the one that has it is frozen (SIGSTOP) for so many seconds, the zone is opened elsewhere, and it
wakes: it must close its rooms, drop whom it had, save nothing over what was saved since, and take new rooms again.

The last line of --json: rounds, listGoneMs, firstJoinMs (the longest of each), fenced, stale, worldKept, rejoined.
Ends with 1 unless listGoneMs is under 5,000, firstJoinMs under 500 and a frozen process was fenced.`;

/** Result of the liveness drill. */
export interface LivenessResult {
  drill: "liveness";
  rounds: number;
  /** Longest time that a dead process's room was on a list, ms. */
  listGoneMs: number;
  /** Longest first join to a dead process's zone, ms, 5 s after its death. */
  firstJoinMs: number;
  /** Players that the frozen process dropped when it woke. */
  fenced: number;
  /** Rooms or worlds from before the freeze that were seen after it. */
  stale: number;
  /** True: in every round the stone was where it was pushed last. */
  worldKept: boolean;
  /** True: the process that was frozen took a room again. */
  rejoined: boolean;
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "3" },
      freeze: { type: "string", default: "13" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await liveness({ rounds: Number(values.rounds), freezeMs: Number(values.freeze) * 1000 });
  console.log(values.json ? JSON.stringify(result) : result);
  const kept = result.worldKept && result.stale === 0 && (Number(values.freeze) === 0 || result.rejoined);
  if (!kept || result.listGoneMs >= 5_000 || result.firstJoinMs >= 500) process.exitCode = 1;
}

/** `freezeMs: 0` leaves the freeze out. */
export async function liveness({
  rounds,
  freezeMs,
}: {
  rounds: number;
  freezeMs: number;
}): Promise<LivenessResult> {
  const startedAt = performance.now();
  const cluster = await openDrillCluster(3, { ROOMKEEP_ZONE_SAVE_MS: "200" });
  const result: LivenessResult = {
    drill: "liveness",
    rounds,
    listGoneMs: 0,
    firstJoinMs: 0,
    fenced: 0,
    stale: 0,
    worldKept: true,
    rejoined: false,
    seconds: 0,
  };
  try {
    for (let round = 1; round <= rounds; round++) await killRound(cluster, round, result);
    if (freezeMs > 0) await freezeRound(cluster, freezeMs, result);
    result.seconds = Math.round((performance.now() - startedAt) / 1000);
    return result;
  } finally {
    await cluster.close();
  }
}

async function killRound(cluster: DrillCluster, round: number, result: LivenessResult): Promise<void> {
  const { ann, host } = await pushTheStone(cluster, round);
  const lost = ann.room.roomId;
  ann.stop();
  host.child.kill("SIGKILL");
  const diedAt = performance.now();
  const asked = cluster.running().filter((one) => one !== host);
  await Promise.all(
    asked.map(async ({ url }) => {
      while ((await listed(url)).includes(lost) && performance.now() - diedAt < 20_000) await pause(50);
      result.listGoneMs = Math.max(result.listGoneMs, Math.round(performance.now() - diedAt));
    }),
  );
  await pause(5_000 - (performance.now() - diedAt));
  // The account is made before: the measurement is of the join.
  const visitor = await joinAs(cluster.url, "meet", { name: "Visitor" });
  const joinAt = performance.now();
  const bob = await joinAs(cluster.url, "north", { token: visitor.token });
  result.firstJoinMs = Math.max(result.firstJoinMs, Math.round(performance.now() - joinAt));
  if (stoneOf(bob) !== round) result.worldKept = false;
  visitor.stop();
  await bob.leave();
  bob.stop();
}

async function freezeRound(cluster: DrillCluster, freezeMs: number, result: LivenessResult): Promise<void> {
  const { ann, host } = await pushTheStone(cluster, 100);
  const lost = ann.room.roomId;
  ann.room.reconnection.enabled = false;
  host.child.kill("SIGSTOP");
  await pause(freezeMs);
  const bob = await joinSoon(cluster.url, "north", { name: "Bob" });
  if (stoneOf(bob) !== 100) result.worldKept = false;
  bob.send("push", { x: 200 });
  await pause(600);
  const dropped = new Promise<boolean>((done) => {
    ann.room.onLeave(() => done(true));
    setTimeout(() => done(false), 5_000);
  });
  host.child.kill("SIGCONT");
  if (await dropped) result.fenced += 1;
  await pause(2_500);
  for (const { url } of cluster.running()) if ((await listed(url)).includes(lost)) result.stale += 1;
  if (stoneOf(bob) !== 200) result.stale += 1;
  await bob.leave();
  ann.stop();
  const cleo = await joinAs(cluster.url, "north", { name: "Cleo" });
  if (stoneOf(cleo) !== 200) result.stale += 1;
  for (let n = 0; n < 9 && !result.rejoined; n++) {
    const guest = await joinAs(cluster.url, "meet", { name: "Guest", create: true });
    result.rejoined = hostOf(cluster, guest) === host;
    guest.stop();
  }
  cleo.stop();
}

/** Joins the zone and moves its kept stone. */
async function pushTheStone(cluster: DrillCluster, x: number) {
  const ann = await joinAs(cluster.url, "north", { name: "Ann" });
  ann.send("push", { x });
  await ann.until("the stone to move", () => stoneOf(ann) === x);
  await pause(600); // a save or two
  return { ann, host: hostOf(cluster, ann) };
}

const stoneOf = ({ room }: TestPlayer) => room.state.actors.get("stone")?.x;

/** The process that a player's socket leads to. */
export function hostOf(cluster: DrillCluster, { room }: TestPlayer) {
  const { ws } = room.connection.transport as unknown as { ws: { url: string } };
  return cluster.hostOf(new URL(ws.url).pathname.split("/").at(-2) ?? "");
}

async function listed(url: string): Promise<string[]> {
  const { rooms } = (await (await fetch(`${url}/v1/rooms`)).json()) as { rooms: { roomId: string }[] };
  return rooms.map(({ roomId }) => roomId);
}
