import { RoomkeepError } from "../errors.ts";

/** Name, present version and upgrades of a kind of stored JSON, for {@link versioned}. */
export interface VersionedOptions {
  /** What is stored, for messages: "zone save of meadow". */
  readonly name: string;
  /** Version that is written now; a whole number from 1. */
  readonly version: number;
  /**
   * `upgrades[n]` makes what version n stored into what version n + 1 stores. One for each earlier version.
   */
  readonly upgrades?: Readonly<Record<number, Upgrade>>;
}

/** Makes stored JSON of one version into that of the next. It may change its argument, which is a copy. */
// biome-ignore lint/suspicious/noConfusingVoidType: an upgrade that changes its argument returns nothing
export type Upgrade = (stored: Record<string, unknown>) => Record<string, unknown> | void;

/** Stored JSON with its version beside it, so that a later version can bring it up to date step by step. */
export interface Stored<T = unknown> {
  /** Version of the format that wrote it, from 1. */
  readonly v: number;
  /** What was stored, as that version had it. */
  readonly data: T;
}

/** A kind of stored JSON that knows how to read each of its older versions. */
export interface Versioned<T> {
  /** Present version, from 1; what is older is brought up to it when it is opened. */
  readonly version: number;
  /** Puts the version beside what is to be stored. */
  wrap(data: T): Stored<T>;
  /**
   * Brings what was stored up to the present version.
   *
   * @throws SNAPSHOT_NEWER if a newer version wrote it
   * @throws SNAPSHOT_CORRUPT if it has no version, is no object, or an upgrade threw
   */
  open(stored: unknown): T;
}

/**
 * Declares stored JSON with an upgrade chain: each change of shape adds 1 to the version and one upgrade, and
 * everything that was ever stored can be opened.
 *
 * @throws SNAPSHOT_UNSUPPORTED if an upgrade is missing
 * @example
 * const save = versioned<{ hp: number; mana: number }>({
 *   name: "hero",
 *   version: 2,
 *   upgrades: { 1: (old) => ({ ...old, mana: 0 }) },
 * });
 * save.open({ v: 1, data: { hp: 3 } }); // { hp: 3, mana: 0 }
 */
export function versioned<T>({ name, version, upgrades = {} }: VersionedOptions): Versioned<T> {
  if (!isVersion(version)) {
    throw new RoomkeepError("SNAPSHOT_UNSUPPORTED", `${name}: the version must be a whole number from 1.`);
  }
  for (let from = 1; from < version; from++) {
    if (typeof upgrades[from] === "function") continue;
    throw new RoomkeepError("SNAPSHOT_UNSUPPORTED", `${name}: there is no upgrade from version ${from}.`);
  }
  return {
    version,
    wrap: (data) => ({ v: version, data }),
    open(stored) {
      const { v, data } = (stored ?? {}) as Partial<Stored>;
      if (!isVersion(v) || !isObject(data)) {
        throw new RoomkeepError(
          "SNAPSHOT_CORRUPT",
          `${name}: what was stored has no version or is no object.`,
        );
      }
      if (v > version) {
        throw new RoomkeepError(
          "SNAPSHOT_NEWER",
          `${name}: stored by version ${v}, this is version ${version}. Deploy the newer version again.`,
        );
      }
      return upgraded(name, v === version ? data : structuredClone(data), v, version, upgrades) as T;
    },
  };
}

function upgraded(
  name: string,
  stored: Record<string, unknown>,
  from: number,
  to: number,
  upgrades: Readonly<Record<number, Upgrade>>,
): Record<string, unknown> {
  let data = stored;
  for (let version = from; version < to; version++) {
    try {
      data = upgrades[version]?.(data) ?? data;
    } catch (cause) {
      const text = `${name}: the upgrade from version ${version} failed.`;
      throw new RoomkeepError("SNAPSHOT_CORRUPT", text, { cause });
    }
  }
  return data;
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

/** True for what JSON calls an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
