import type { BaseLogger } from "pino";
import { beat as beatScript, leave as leaveScript, sweep as sweepScript } from "./heartbeat-scripts.ts";
import type { Liveness, Load, Member } from "./member.ts";
import type { RedisClient } from "./redis/redis-client.ts";

/** Milliseconds between two heartbeats of a process. */
export const BEAT_MS = 1_000;
/** Milliseconds without a heartbeat after which a process is asked after: has it certainly died? */
export const SUSPECT_MS = 1_500;
/** Milliseconds without a heartbeat after which a process counts as stalled: no new players go there. */
export const STALLED_MS = 3_000;
/**
 * Milliseconds without a heartbeat after which a process counts as dead that does not prove to be. Its
 * players then wait for the end of its leases, 10 s, where they join anew; before that they could not.
 */
export const DEAD_MS = 7_000;

/** Milliseconds with Redis after which a process may judge others. */
const STEADY_MS = 3_000;

/** The processes of a cluster, as one of them sees them. */
export interface Heartbeats {
  /** All living processes, this one included. At most {@link BEAT_MS} old. */
  living(): readonly Member[];
  livenessOf(processId: string): Liveness;
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
  /**
   * Whether a silent process has certainly died; its leases are free then. Asked at each beat, in every
   * living process, while it is silent.
   */
  isGone(member: Member): Promise<boolean>;
  /** A heartbeat was answered. `wasAway`: the one before was not. */
  onHeard(wasAway: boolean): Promise<void>;
  /** A steady clock in ms. */
  now?: () => number;
  /** False leaves the beats to the caller: for tests. */
  timers?: boolean;
}

/**
 * Sends heartbeats of this process, and removes processes from the list that have died: certainly, within a
 * beat or two, or for all that is known, after {@link DEAD_MS}. Silence is measured by Redis's clock. A
 * process that lost Redis removes none until it has had Redis again for {@link STEADY_MS}: after an outage
 * every process needs time for a heartbeat.
 */
export function openHeartbeats(link: RedisClient, options: HeartbeatOptions): Heartbeats {
  const { processId, log, now = () => performance.now(), timers = true } = options;
  let living: readonly Member[] = [{ processId, ...options.load() }];
  const silent = new Map<string, Exclude<Liveness, "living">>();
  const asking = new Set<string>();
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
    steadySince = wasAway || frozenMs >= STEADY_MS ? at : steadySince;
    const [wasListed, clock, beats, loads] = answer;
    look(Number(clock), pairs(beats), pairs(loads));
    if (wasAway) log.info({}, "Redis is back");
    await options.onHeard(wasAway);
    if (known && wasListed === 0) await options.onSwept(frozenMs);
    known = true;
  }

  function look(clock: number, beats: Map<string, string>, loads: Map<string, string>): void {
    const isSteady = steadySince !== undefined && now() - steadySince >= STEADY_MS;
    const next: Member[] = [];
    for (const [id, at] of beats) {
      const member = { processId: id, ...(JSON.parse(loads.get(id) ?? "{}") as Load) };
      const silentMs = id === processId || !isSteady ? 0 : clock - Number(at);
      if (silentMs < SUSPECT_MS) silent.delete(id);
      else {
        if (silentMs >= STALLED_MS && silent.get(id) !== "dead") silent.set(id, "stalled");
        askOnce(member, silentMs);
      }
      if (!silent.has(id)) next.push(member);
    }
    living = next;
  }

  /** Removes a silent process that has died; every beat tries again until it is gone. */
  async function askAfter(member: Member, silentMs: number): Promise<void> {
    const { processId: id } = member;
    const isGone = await options.isGone(member).catch((error) => {
      log.warn({ err: error, processId: id }, "a silent process could not be asked after");
      return false;
    });
    if (!isGone && silentMs < DEAD_MS) return;
    // Not if a heartbeat has come meanwhile.
    const swept = await link.run<0 | 1>(sweepScript, [], [id, String(isGone ? SUSPECT_MS : DEAD_MS)]);
    if (swept === 0) return;
    silent.set(id, "dead");
    living = living.filter(({ processId: other }) => other !== id);
    log.warn(
      { processId: id, silentMs: Math.round(silentMs), isGone },
      "a process has died; its rooms are off the list",
    );
  }

  function askOnce(member: Member, silentMs: number): void {
    const { processId: id } = member;
    if (asking.has(id)) return;
    asking.add(id);
    askAfter(member, silentMs)
      .catch((error) => log.warn({ err: error, processId: id }, "a dead process is still listed"))
      .finally(() => asking.delete(id));
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
    livenessOf: (id) => silent.get(id) ?? "living",
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
