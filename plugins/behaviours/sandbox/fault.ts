/**
 * Kinds of a script's faults.
 *
 * - `SOURCE`: the source is too long
 * - `SYNTAX`: it is no JavaScript
 * - `THREW`: it threw
 * - `STEPS`: it took more steps than a decision may
 * - `STACK`: it called itself too deeply
 * - `MEMORY`: it asked for more memory than it may have
 * - `JOBS`: its promises went on and on
 * - `ANSWER`: what it gave is no decision
 * - `CRASHED`: the engine broke under it, and its module was replaced
 * - `STALLED`: it did not come back, and its worker was ended
 */
export type FaultCode =
  | "SOURCE"
  | "SYNTAX"
  | "THREW"
  | "STEPS"
  | "STACK"
  | "MEMORY"
  | "JOBS"
  | "ANSWER"
  | "CRASHED"
  | "STALLED";

/** Why a script failed, and where. Plain JSON: it goes from a worker to the room, and into its recording. */
export interface ScriptFault {
  readonly code: FaultCode;
  /** The script's own words, or what to do; at most 300 characters. */
  readonly message: string;
  /** From 1; 0: not known. */
  readonly line: number;
  readonly column: number;
}

/** Longest message of a fault, characters. */
const MESSAGE_CHARS = 300;

/** Makes a fault. @param at line and column, from 1 */
export function faultOf(
  code: FaultCode,
  message: string,
  at: readonly [number, number] = [0, 0],
): ScriptFault {
  return { code, message: message.slice(0, MESSAGE_CHARS), line: at[0], column: at[1] };
}

/** Thrown inside of a worker; its {@link ScriptFault} is what is told. */
export class ScriptFailed extends Error {
  override readonly name = "ScriptFailed";
  readonly fault: ScriptFault;
  constructor(fault: ScriptFault) {
    super(`${fault.code}: ${fault.message}`);
    this.fault = fault;
  }
}
