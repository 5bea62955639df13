import { LRUCache } from "lru-cache";
import { Counter, type Registry } from "prom-client";

/** Values of one kind that are read again and again, kept in this process for a moment. Never the truth. */
export interface Cache<T> {
  /**
   * The value of a key: the kept one, else as it is read now. Whoever asks meanwhile waits for the same
   * reading. A reading that fails is not kept.
   */
  get(key: string): Promise<T>;
  /**
   * Forgets a key and all that begin with it and a slash, here at once and in every other process as the
   * message arrives. Call it when the change is in the database, before anybody is answered.
   */
  forget(key: string): void;
}

/** How a cache keeps its values. */
export interface CacheOptions<T> {
  /** Reads the present value. */
  read(key: string): Promise<T>;
  /** Longest time, ms, if it is shorter than that of the settings. */
  readonly mostMs?: number;
}

/** Channel of what caches are to forget. */
export const FORGOTTEN = "roomkeep:forgotten";

/** What is forgotten: name of the cache, and the key. */
export type Forgotten = readonly [cache: string, key: string];

/** The caches of a process. */
export interface Caches {
  /** Opens a cache. Its name is in metrics and messages, and is the same in every process. */
  open<T>(name: string, options: CacheOptions<T>): Cache<T>;
  /** Another process has changed what is kept here. */
  take(forgotten: Forgotten): void;
}

/** How long and how much caches keep. */
export interface CachesOptions {
  /** Longest time, ms, that a value is kept: so long may a lost message leave it wrong. 0: none is kept. */
  readonly keepMs: number;
  /** Most values in each cache; the one that was not read for longest makes room. */
  readonly size: number;
  readonly registry: Registry;
  /** Tells the other processes. It may get lost. */
  tell(forgotten: Forgotten): void;
  /** A steady clock in ms. */
  readonly now?: () => number;
}

/**
 * Opens the caches of a process. What is kept was read at most `keepMs` ago; a change that is told is seen at
 * once. So nothing goes in that must not be wrong for that long: no lease, item, balance, or role for a
 * privileged act.
 *
 * @example
 * const names = caches.open("names", { read: (id) => readName(ds, id) });
 * await names.get(id);
 */
export function openCaches({ keepMs, size, registry, tell, now }: CachesOptions): Caches {
  const reads = new Counter({
    name: "roomkeep_cache_reads_total",
    help: "Readings of caches, by whether the value was kept",
    labelNames: ["cache", "outcome"],
    registers: [registry],
  });
  const open = new Map<string, (key: string) => void>();
  return {
    open<T>(name: string, { read, mostMs = keepMs }: CacheOptions<T>): Cache<T> {
      // Readings, not values: one that was begun before a change is forgotten with the rest.
      const kept = new LRUCache<string, Promise<T>>({
        max: size,
        ttl: Math.min(keepMs, mostMs),
        ttlResolution: 0,
        ...(now && { perf: { now } }),
      });
      const forgetHere = (key: string): void => {
        for (const one of kept.keys()) if (one === key || one.startsWith(`${key}/`)) kept.delete(one);
      };
      open.set(name, forgetHere);
      return {
        get(key) {
          const known = kept.get(key);
          reads.inc({ cache: name, outcome: known ? "hit" : "miss" });
          if (known) return known;
          const reading = read(key);
          if (keepMs > 0) kept.set(key, reading);
          reading.catch(() => kept.peek(key) === reading && kept.delete(key)); // the asker is told
          return reading;
        },
        forget(key) {
          forgetHere(key);
          tell([name, key]);
        },
      };
    },
    take: ([name, key]) => open.get(name)?.(key),
  };
}
