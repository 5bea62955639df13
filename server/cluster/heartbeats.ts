import type { BaseLogger } from "pino";
import { beat as beatScript, leave as leaveScript, sweep as sweepScript } from "./heartbeat-scripts.ts";
import type { Load, Member } from "./member.ts";
import type { RedisClient } from "./redis/redis-client.ts";

/** Milliseconds between two heartbeats of a process. */
export const BEAT_MS = 1_000;
/** Milliseconds without a heartbeat after which a process counts as dead: its rooms are no longer listed. */
export const DEAD_MS = 3_000;

/** The processes of a cluster, as one of them sees them. */
export interface Heartbeats {
  /** All living processes, this one included. At most {@link BEAT_MS} old. */
  living(): readonly Member[];
  isDead(processId: string): boolean;
  /** True while Redis does not answer the heartbeats. */
  isAway(): boolean;
  /** Sends a heartbeat now. */
  beat(): Promise<void>;
  /** Takes this process off the list. */
  leave(): Promise<void>;
}

/** What {@link openHeartbeats} needs. */
export interface HeartbeatOptions {
  readonly processId: string;
  readonly log: Pick<BaseLogger, "info" | "warn">;
  load(): Load;
  /** The others took this process for dead and removed its rooms. `frozenMs`: how long it had stood still. */
  onSwept(frozenMs: number): Promise<void>;
  /** Another process has died. Called in every living process. */
  onDeath(member: Member): Promise<void>;
  /** A heartbeat was answered. `wasAway`: the one before was not. */
  onHeard(wasAway: boolean): Promise<void>;
  /** A steady clock in ms. */
  now?: () => number;
  /** False leaves the beats to the caller: for tests. */
  timers?: boolean;
}

/**
 * Sends heartbeats of this process, and removes processes from the list whose heartbeats have stopped, by
 * Redis's clock. A process that lost Redis removes none until it has had Redis again for {@link DEAD_MS}:
 * after an outage every process needs time for a heartbeat.
 */
export function openHeartbeats(link: RedisClient, options: HeartbeatOptions): Heartbeats {
  const { processId, log, now = () => performance.now(), timers = true } = options;
  let living: readonly Member[] = [{ processId, ...options.load() }];
  const dead = new Set<string>();
  let lastTickAt = now();
  /** Time since which every beat was answered; undefined: Redis does not answer. */
  let steadySince: number | undefined = now();
  let known = false;
  let over = false;
  let beating: Promise<void> | undefined;

  async function sendBeat(): Promise<void> {
    const at = now();
    const frozenMs = at - lastTickAt;
    lastTickAt = at;
    let answer: BeatAnswer;
    try {
      answer = await link.run<BeatAnswer>(beatScript, [], [processId, JSON.stringify(options.load())]);
    } catch (error) {
      if (steadySince !== undefined)
        log.warn({ err: error }, "Redis is away: rooms go on, joins are refused");
      steadySince = undefined;
      return;
    }
    if (over) return;
    const wasAway = steadySince === undefined;
    steadySince = wasAway || frozenMs >= DEAD_MS ? at : steadySince;
    const [wasListed, clock, beats, loads] = answer;
    look(Number(clock), pairs(beats), pairs(loads));
    if (wasAway) log.info({}, "Redis is back");
    await options.onHeard(wasAway);
    if (known && wasListed === 0) await options.onSwept(frozenMs);
    known = true;
  }

  function look(clock: number, beats: Map<string, string>, loads: Map<string, string>): void {
    const isSteady = steadySince !== undefined && now() - steadySince >= DEAD_MS;
    const next: Member[] = [];
    for (const [id, at] of beats) {
      if (id !== processId && isSteady && clock - Number(at) >= DEAD_MS) {
        dead.add(id);
        bury({ processId: id, ...(JSON.parse(loads.get(id) ?? "{}") as Load) });
        continue;
      }
      dead.delete(id);
      next.push({ processId: id, ...(JSON.parse(loads.get(id) ?? "{}") as Load) });
    }
    living = next;
  }

  /** Reports a death and removes the entry; every beat tries again until it is gone. */
  function bury(member: Member): void {
    log.warn({ processId: member.processId }, "a process has died; its rooms are off the list");
    options
      .onDeath(member)
      .then(() => link.run(sweepScript, [], [member.processId, String(DEAD_MS)]))
      .catch((error) =>
        log.warn({ err: error, processId: member.processId }, "a dead process is still listed"),
      );
  }

  /** Sends one beat at a time: a slow answer must not let beats pile up. */
  function beat(): Promise<void> {
    beating ??= sendBeat()
      .catch((error) => log.warn({ err: error }, "a heartbeat failed"))
      .finally(() => {
        beating = undefined;
      });
    return beating;
  }

  const clock = timers ? setInterval(() => void beat(), BEAT_MS) : undefined;
  clock?.unref();

  return {
    living: () => living,
    isDead: (id) => dead.has(id),
    isAway: () => steadySince === undefined,
    beat,
    async leave() {
      over = true;
      clearInterval(clock);
      await beating;
      await link.run(leaveScript, [], [processId]).catch(() => {}); // the others remove it
    },
  };
}

/**
 * Answer of a beat: whether the process was listed before, Redis's clock in ms, all last beats, all loads.
 */
type BeatAnswer = [0 | 1, string, string[], string[]];

function pairs(flat: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(flat[i] as string, flat[i + 1] as string);
  return map;
}
