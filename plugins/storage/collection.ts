import { RoomkeepError } from "roomkeep/shared";
import type { z } from "zod";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const NAME_MAX = 64;
/** Bytes of a value where a collection says nothing, and the most that one may say. */
const BYTES = 16 * 1024;
const BYTES_MAX = 256 * 1024;
/** Keys of an owner where a collection says nothing, and the most that one may say. */
const KEYS = 100;
const KEYS_MAX = 10_000;
const DAYS_MAX = 3_650;

/** Whose the values of a collection are: each a player's, or all the game's. */
export type Ownership = "player" | "shared";

/** How a collection is defined: see {@link defineCollection}. */
export interface CollectionDefinition<S extends z.ZodType, O extends Ownership> {
  /**
   * Schema of a value, checked before each write and after each read. It is not asynchronous, and takes what
   * it made. Give a new field a default, so that values of before are still read.
   */
  readonly value: S;
  /** `player`: each value belongs to an account and is deleted with it. `shared`: to the game. */
  readonly owner: O;
  /**
   * Which players may read it by `/v1/storage`: its owner, everyone with an account, or nobody. Rooms read
   * everything. What is shared has no owner, so "owner" is refused there.
   */
  readonly read: (O extends "shared" ? never : "owner") | "everyone" | "nobody";
  /** Whether its owner may write it by `/v1/storage`. Rooms write everything, and alone what is shared. */
  readonly write: (O extends "shared" ? never : "owner") | "room";
  /** Most bytes of a value's JSON text, 1 to 262,144; default 16,384. A request brings at most 64 kB. */
  readonly maxBytes?: number;
  /** Most keys of one owner, 1 to 10,000; default 100. */
  readonly maxPerOwner?: number;
  /** Days after its last write, 1 to 3,650, when a value is deleted; absent: never. */
  readonly days?: number;
}

/** A collection, made by {@link defineCollection}: the rules of its values, and their type. */
export interface Collection<S extends z.ZodType = z.ZodType, O extends Ownership = Ownership> {
  /** By which it is found in the database and in `/v1/storage/<name>`. */
  readonly name: string;
  readonly value: S;
  readonly owner: O;
  readonly read: "owner" | "everyone" | "nobody";
  readonly write: "owner" | "room";
  readonly maxBytes: number;
  readonly maxPerOwner: number;
  readonly days: number | undefined;
}

const made = new WeakSet<object>();

/** True for what {@link defineCollection} made. */
export const isCollection = (value: unknown): value is Collection =>
  typeof value === "object" && value !== null && made.has(value);

/**
 * Defines a collection of the game's values. `storage.with({ collections: [it] })` opens it.
 *
 * @param name lower-case words with hyphens, at most 64 characters; with it the values are lost, so keep it
 * @throws CONFIG_INVALID the name is none, a limit is out of its range, or a shared value has an owner's rule
 * @example
 * export const loadouts = defineCollection("loadouts", {
 *   value: z.strictObject({ weapon: z.string().max(40), skin: z.string().max(40).default("plain") }),
 *   owner: "player",
 *   read: "everyone",
 *   write: "owner",
 *   maxPerOwner: 5,
 * });
 */
export function defineCollection<S extends z.ZodType, O extends Ownership>(
  name: string,
  definition: CollectionDefinition<S, O>,
): Collection<S, O> {
  const { value, owner, read, write, maxBytes = BYTES, maxPerOwner = KEYS, days } = definition;
  const wrong = (what: string) => new RoomkeepError("CONFIG_INVALID", `The collection "${name}": ${what}.`);
  if (!NAME.test(name) || name.length > NAME_MAX)
    throw wrong(`a name is of lower-case words with hyphens, at most ${NAME_MAX} characters`);
  if (!isWithin(maxBytes, BYTES_MAX)) throw wrong(`maxBytes is a whole number from 1 to ${BYTES_MAX}`);
  if (!isWithin(maxPerOwner, KEYS_MAX)) throw wrong(`maxPerOwner is a whole number from 1 to ${KEYS_MAX}`);
  if (days !== undefined && !isWithin(days, DAYS_MAX))
    throw wrong(`days is a whole number from 1 to ${DAYS_MAX}`);
  const rules: readonly string[] = [read, write];
  if (owner === "shared" && rules.includes("owner"))
    throw wrong('what is shared has no owner: read is "everyone" or "nobody", and write is "room"');
  const collection = Object.freeze({ name, value, owner, read, write, maxBytes, maxPerOwner, days });
  made.add(collection);
  return collection;
}

const isWithin = (value: number, max: number) => Number.isInteger(value) && value >= 1 && value <= max;
