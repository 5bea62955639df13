import type { Intent } from "../api/intent.ts";
import type { Heard } from "../api/view.ts";
import type { ScriptFault } from "../sandbox/fault.ts";
import type { ScriptLimits } from "../sandbox/limits.ts";
import type { ActorTable } from "../sandbox/scene.ts";

// What a worker and its process say to each other: plain JSON and arrays of numbers.

/** What a worker is started with. */
export interface WorkerSetup {
  readonly limits: ScriptLimits;
  readonly moduleMb: number;
  /** See {@link PROGRESS}. */
  readonly progress: SharedArrayBuffer;
}

/**
 * Where a worker is, as shared numbers: its process reads them while the worker is in a script and hears
 * nothing.
 */
export const PROGRESS = {
  /** Scripts that were begun. */
  begun: 0,
  /** 1 while a script runs. */
  inside: 1,
  /** Number of the call, and of the ask in it. */
  call: 2,
  ask: 3,
  length: 4,
} as const;

/** A worker takes calls from now on. */
export interface Ready {
  /** Number of its thread in the system; 0: not known. */
  readonly ready: number;
}

/** One agent's turn. */
export interface Ask {
  readonly id: string;
  /** Its row in the table. */
  readonly row: number;
  /** Whether it is on its way, and what else the game tells it of itself. */
  readonly self: Readonly<Record<string, unknown>>;
  readonly heard: readonly Heard[];
  /** Given where the worker does not have the script, or has another one. */
  readonly load?: { readonly source: string; readonly memory: string };
}

/** The agents of a room that decide at one tick. */
export interface Call {
  readonly call: number;
  readonly room: string;
  readonly tick: number;
  readonly timeS: number;
  /** Of the room's chance. */
  readonly seed: number;
  readonly senseM: number;
  /** Left out: that of the room's last call to this worker. */
  readonly table?: ActorTable;
  readonly poses: Float32Array;
  readonly asks: readonly Ask[];
  /** Agents, of any room, whose scripts the worker forgets; a room without scripts with its table. */
  readonly gone: readonly (readonly [room: string, id: string])[];
}

/** What came of one ask. Asks that came to nothing are left out. */
export interface Reply {
  readonly id: string;
  readonly intents?: readonly Intent[];
  /** Its memory, if it changed. */
  readonly memory?: string;
  readonly fault?: ScriptFault;
}

/** What came of a call. */
export interface Replies {
  readonly call: number;
  readonly replies: readonly Reply[];
  /** Memory of the worker's module, bytes, and how often it was replaced. */
  readonly bytes: number;
  readonly recycled: number;
  /** Milliseconds that the call took. */
  readonly tookMs: number;
}
