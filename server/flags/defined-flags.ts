import type { FlagAnswer, FlagRule, FlagSubject, FlagValue } from "./flag-rules.ts";

/** A flag as it is now in this process. */
export interface FlagState {
  readonly name: string;
  readonly description: string;
  readonly values: readonly FlagValue[];
  readonly default: FlagValue;
  /** True: pages get its value. */
  readonly page: boolean;
  readonly rules: readonly FlagRule[];
  /** Why the stored rules are set aside. */
  readonly refused?: string;
}

/** The flags of one `defineFlags` in this process. */
export interface FlagSet {
  has(name: string): boolean;
  /** @throws FLAG_UNKNOWN */
  answer(name: string, subject: FlagSubject): FlagAnswer;
  /** Checks rules before they are stored. @throws FLAG_INVALID with the reason. @throws FLAG_UNKNOWN */
  check(name: string, rules: unknown): readonly FlagRule[];
  states(): readonly FlagState[];
  /** Takes over what is stored. @returns what it refused, by name */
  follow(stored: ReadonlyMap<string, unknown>, version: string): ReadonlyMap<string, string>;
}

/** Sets that are kept: after an edit under `roomkeep dev` those of former rooms are of no use. */
const SETS_MAX = 100;
const defined: FlagSet[] = [];
const added = new Set<(set: FlagSet) => void>();

/** Adds the flags of a module that was loaded, also once more after an edit under `roomkeep dev`. */
export function addDefinedFlags(set: FlagSet): void {
  if (defined.length >= SETS_MAX) defined.shift();
  defined.push(set);
  for (const listener of added) listener(set);
}

/** Those of all modules, in the order of their loading. */
export const definedFlags = (): readonly FlagSet[] => defined;

/** Calls `listener` for flags that are defined from now on. @returns how to stop */
export function onDefinedFlags(listener: (set: FlagSet) => void): () => void {
  added.add(listener);
  return () => void added.delete(listener);
}
