import type { Actor } from "./actor.ts";
import { type AnyComponent, type ComponentOf, componentField } from "./component.ts";
import { readField, type SchemaClass } from "./fields/schema-fields.ts";
import type { SpatialHash } from "./spatial-hash.ts";

/** Conditions of a query; each one that is given must hold. */
export interface QueryOptions<
  A extends Actor = Actor,
  W extends readonly AnyComponent[] = readonly AnyComponent[],
> {
  /** Actors of this class or of one that extends it. */
  readonly is?: SchemaClass<A>;
  readonly kind?: string;
  /** Actors that have all of these components now. */
  readonly with?: W;
  /** Actors that have none of these components now. */
  readonly without?: readonly AnyComponent[];
}

/** An actor in a world, as the world keeps it. */
export interface Entry {
  readonly id: string;
  readonly actor: Actor;
  /** Order of spawning: queries answer in it, so that a restored world answers as the first did. */
  readonly seq: number;
  live: boolean;
  moved: boolean;
  reshaped: boolean;
  changes: Change[];
}

/** A field that changed, with its value when the world last settled. */
export interface Change {
  readonly ref: object;
  readonly index: number;
  readonly from: unknown;
}

type Parts<W extends readonly AnyComponent[]> = { [K in keyof W]: ComponentOf<W[K]> };

/**
 * The actors that fit some conditions, kept up to date as the world changes: a query that exists costs
 * nothing to ask again. Made by `world.query`. Order is that of spawning. Spawning and despawning during an
 * iteration is safe: new actors are not visited, and removed ones no longer.
 *
 * @example
 * const herbs = world.query({ is: Herb });
 * for (const herb of herbs) herb.ripeness += 1;
 */
export class Query<A extends Actor = Actor, W extends readonly AnyComponent[] = readonly AnyComponent[]> {
  /** What an actor has to be and have, as the query was made with. */
  readonly options: QueryOptions<A, W>;
  readonly #near: NearSource;
  #entries: Entry[] = [];
  readonly #members = new Set<Entry>();
  /** True while the list may be iterated: it is copied before it is changed. */
  #walked = false;

  /** Made by `world.query`. */
  constructor(options: QueryOptions<A, W>, near: NearSource) {
    this.options = options;
    this.#near = near;
    // A class that is no component is refused here, once, rather than matching no actor for ever.
    for (const klass of [...(options.with ?? []), ...(options.without ?? [])]) componentField(Object, klass);
  }

  /** How many actors fit at the moment; counted as they change, so it costs nothing. */
  get size(): number {
    this.#near.refresh();
    return this.#entries.length;
  }

  /** The actors that fit, in the order of spawning. One that is despawned meanwhile is not met any more. */
  [Symbol.iterator](): IterableIterator<A> {
    this.#near.refresh();
    this.#walked = true;
    return walk<A>(this.#entries);
  }

  /**
   * Calls `visit` for each actor with its components in the order of `with`.
   *
   * @example
   * world.query({ with: [Health, Burning] }).each((actor, health, burning) => {
   *   health.hp -= burning.perTick;
   * });
   */
  each(visit: (actor: A, ...parts: Parts<W>) => void): void {
    for (const actor of this) {
      const parts = (this.options.with ?? []).map((klass) => partOf(actor, klass));
      visit(actor, ...(parts as Parts<W>));
    }
  }

  /**
   * The actors at most `radiusM` metres from (x, z) in the ground plane, in the order of spawning. Give `out`
   * to have it filled and returned, so that nothing is allocated.
   */
  near(x: number, z: number, radiusM: number, out: A[] = []): A[] {
    const found = this.#near.found;
    found.length = 0;
    this.#near.refresh();
    this.#near.grid().within(x, z, radiusM, (entry) => {
      if (this.#members.has(entry)) found.push(entry);
    });
    found.sort(bySeq);
    out.length = 0;
    for (const entry of found) out.push(entry.actor as A);
    return out;
  }

  /** The `count` actors nearest to (x, z), nearest first. */
  nearest(x: number, z: number, count: number): A[] {
    const near: A[] = [];
    this.#near.refresh();
    const grid = this.#near.grid();
    // Others may stand between: ask for more until enough of these are among them.
    for (let asked = count; ; asked *= 4) {
      near.length = 0;
      for (const entry of grid.nearest(x, z, asked))
        if (this.#members.has(entry)) near.push(entry.actor as A);
      if (near.length >= Math.min(count, this.size) || asked >= grid.size) return near.slice(0, count);
    }
  }

  /** Whether an entry of the world fits. For the framework; a game looks at the actor itself. */
  has(entry: Entry): boolean {
    return this.#members.has(entry);
  }

  /** Called by the world when an actor came, went or changed its components. True if it joined or left. */
  reconsider(entry: Entry): boolean {
    const fits = entry.live && this.#fits(entry.actor);
    if (fits === this.#members.has(entry)) return false;
    if (this.#walked) this.#entries = this.#entries.slice();
    this.#walked = false;
    const at = place(this.#entries, entry.seq);
    if (fits) {
      this.#members.add(entry);
      this.#entries.splice(at, 0, entry);
    } else {
      this.#members.delete(entry);
      this.#entries.splice(at, 1);
    }
    return true;
  }

  #fits(actor: Actor): boolean {
    const { is, kind, with: wanted, without } = this.options;
    if (is !== undefined && !(actor instanceof is)) return false;
    if (kind !== undefined && actor.kind !== kind) return false;
    if (wanted?.some((klass) => partOf(actor, klass) === undefined)) return false;
    return !without?.some((klass) => partOf(actor, klass) !== undefined);
  }
}

/** The part of a world by which queries answer "near". */
export interface NearSource {
  /** The grid with every actor where it stands now. */
  grid(): SpatialHash<Entry>;
  /** Lets queries look again at actors whose shape was written. */
  refresh(): void;
  /** A list that all queries of a world use in turn. */
  readonly found: Entry[];
}

/** By hand rather than as a generator: queries are walked for thousands of actors a tick. */
function walk<A extends Actor>(entries: readonly Entry[]): IterableIterator<A> {
  let at = 0;
  return {
    next() {
      for (;;) {
        const entry = entries[at];
        if (entry === undefined) return { done: true, value: undefined };
        at += 1;
        if (entry.live) return { done: false, value: entry.actor as A };
      }
    },
    [Symbol.iterator]() {
      return this;
    },
  };
}

function partOf(actor: Actor, klass: AnyComponent): unknown {
  const name = componentField(actor.constructor, klass);
  return name === undefined ? undefined : readField(actor, name);
}

function bySeq(a: Entry, b: Entry): number {
  return a.seq - b.seq;
}

/** Index of the first entry whose `seq` is not below the given one. */
function place(entries: readonly Entry[], seq: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.seq ?? Number.POSITIVE_INFINITY) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
