import type { ScriptFault } from "../sandbox/fault.ts";

/** What a behaviour may do. All that is not named is refused. */
export interface BehaviourRights {
  /** How it may move its actor. */
  readonly move?: "walk" | "run";
  /** Whether it may say lines. */
  readonly say?: boolean;
  /** Components of its own actor whose fields it may set; each of them names scripts among its `writers`. */
  readonly set?: readonly string[];
  /** Events that it may emit. */
  readonly emit?: readonly string[];
  /** Events of others that it is told. Those of its own way and refusals it is told always. */
  readonly hear?: readonly string[];
}

/** A token bucket that is filled by ticks, so that a re-run fills it alike. */
export interface Bucket {
  tokens: number;
  /** Tick of the last look. */
  tick: number;
}

/** Where an agent is on its way to. */
export interface Goal {
  readonly x: number;
  readonly z: number;
  readonly run: boolean;
  /** Nearest that it has come, metres, and at which tick. */
  bestM: number;
  bestTick: number;
}

/**
 * An actor with a behaviour, as the world keeps it: in snapshots, saves and recordings, so JSON only. It
 * changes by ticks and by recorded answers alone.
 */
export interface Agent {
  /** Name of the script. */
  readonly script: string;
  readonly may: BehaviourRights;
  /** Ticks between two decisions, and which of them. */
  readonly everyTicks: number;
  readonly phase: number;
  memory: string;
  /** It does not decide before. */
  waitUntilTick: number;
  goal: Goal | null;
  readonly lines: Bucket;
  readonly events: Bucket;
  /** Its last fault, and whether it sleeps since. */
  fault: ScriptFault | null;
  asleep: boolean;
}

/** All agents of a room, by the id of their actor. */
export interface AgentsMemory {
  agents: Record<string, Agent>;
}

/** Takes a token. @returns false: there is none */
export function takeToken(
  bucket: Bucket,
  tick: number,
  { perTick, most }: { perTick: number; most: number },
): boolean {
  bucket.tokens = Math.min(most, bucket.tokens + (tick - bucket.tick) * perTick);
  bucket.tick = tick;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}
