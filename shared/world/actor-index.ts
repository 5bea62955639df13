import { $values, type Schema } from "@colyseus/schema";
import { Actor } from "./actor.ts";
import type { AnyComponent } from "./component.ts";
import { fieldsOf } from "./fields/schema-fields.ts";
import type { Watch } from "./observe/observe.ts";
import { type Entry, Query, type QueryOptions } from "./query.ts";
import { createSpatialHash, type SpatialHash } from "./spatial-hash.ts";
import { captureUndo, needsUndo } from "./undo-capture.ts";
import { unwatchWrites, type WriteListener, watchWrites } from "./write-tracking.ts";

const indexOf = (name: string) => fieldsOf(Actor).find((field) => field.name === name)?.index;
const KIND = indexOf("kind");
const X = indexOf("x");
const Z = indexOf("z");

/** Index of a world: its actors, their places, and the queries that they fit. Internal to {@link World}. */
export class ActorIndex {
  readonly byId = new Map<string, Entry>();
  readonly byActor = new Map<Actor, Entry>();
  readonly watches = new Set<Watch<Actor>>();
  /** True while an observer asks for changes of fields. */
  observingChanges = false;
  readonly found: Entry[] = [];
  readonly #grid: SpatialHash<Entry>;
  readonly #listener: WriteListener<Entry>;
  readonly #queries = new Map<string, Query<Actor>>();
  /** Actors that a batch must note beforehand, as a journal of writes does not see all of them. */
  readonly #loose = new Set<Entry>();
  #moved: Entry[] = [];
  #reshaped: Entry[] = [];
  #changed: Entry[] = [];
  #seq = 0;

  constructor(cellM: number, keep: (ref: Schema, index: number) => boolean) {
    this.#grid = createSpatialHash<Entry>({ cellM });
    this.#listener = {
      onWrite: (entry, ref, index) => {
        if (entry.live) this.#note(entry, ref, index);
        return keep(ref, index);
      },
    };
  }

  /** Adds an actor as the newest. */
  enter(id: string, actor: Actor): Entry {
    this.#seq += 1;
    const entry: Entry = {
      id,
      actor,
      seq: this.#seq,
      live: false,
      moved: false,
      reshaped: false,
      changes: [],
    };
    this.revive(entry);
    return entry;
  }

  /** Adds an actor in the place it had. */
  revive(entry: Entry): void {
    entry.live = true;
    this.byId.set(entry.id, entry);
    this.byActor.set(entry.actor, entry);
    this.#grid.insert(entry, entry.actor.x, entry.actor.z);
    if (needsUndo(entry.actor.constructor)) this.#loose.add(entry);
    watchWrites(entry.actor, this.#listener, entry);
    this.#reconsider(entry);
  }

  /** Takes an actor out of the index; its writes are still seen until {@link forget}. */
  exit(entry: Entry): void {
    entry.live = false;
    this.byId.delete(entry.id);
    this.byActor.delete(entry.actor);
    this.#grid.remove(entry);
    this.#loose.delete(entry);
    this.#reconsider(entry);
  }

  /** Stops looking at the writes of an actor that is gone, unless it came back. */
  forget(actor: Actor): void {
    if (!this.byActor.has(actor)) unwatchWrites(actor);
  }

  query(options: QueryOptions): Query<Actor> {
    const key = cacheKey(options);
    let query = this.#queries.get(key);
    if (query === undefined) {
      query = new Query<Actor>(options, this);
      for (const entry of this.byId.values()) query.reconsider(entry);
      this.#queries.set(key, query);
    }
    return query;
  }

  /** The grid with every actor where it stands now. */
  grid(): SpatialHash<Entry> {
    for (const entry of this.#moved) {
      entry.moved = false;
      if (entry.live) this.#grid.move(entry, entry.actor.x, entry.actor.z);
    }
    this.#moved.length = 0;
    return this.#grid;
  }

  /** Lets the queries look again at actors whose kind or components were written. */
  refresh(): void {
    if (this.#reshaped.length === 0) return;
    const reshaped = this.#reshaped;
    this.#reshaped = [];
    for (const entry of reshaped) {
      entry.reshaped = false;
      if (!entry.live) continue;
      watchWrites(entry.actor, this.#listener, entry);
      this.#reconsider(entry);
    }
  }

  reshape(entry: Entry): void {
    if (entry.reshaped) return;
    entry.reshaped = true;
    this.#reshaped.push(entry);
  }

  move(entry: Entry): void {
    if (entry.moved) return;
    entry.moved = true;
    this.#moved.push(entry);
  }

  /** How to put back, after a failed batch, what the journal does not see. */
  captures(): (() => void)[] {
    return [...this.#loose].map((entry) => captureUndo(entry.actor));
  }

  /** The actors with changed fields since the last call. */
  takeChanged(): Entry[] {
    const changed = this.#changed;
    this.#changed = [];
    return changed;
  }

  #note(entry: Entry, ref: Schema, index: number): void {
    const from = ref[$values][index];
    if (ref === entry.actor) {
      if (index === X || index === Z) this.move(entry);
      // A component that is set, or the kind: a query may fit now that did not.
      else if (index === KIND || from === undefined || typeof from === "object") this.reshape(entry);
    }
    if (!this.observingChanges) return;
    if (entry.changes.length === 0) this.#changed.push(entry);
    for (const change of entry.changes) if (change.ref === ref && change.index === index) return;
    entry.changes.push({ ref, index, from });
  }

  #reconsider(entry: Entry): void {
    for (const query of this.#queries.values()) {
      if (!query.reconsider(entry)) continue;
      for (const watch of this.watches) if (watch.query === query) watch.pending.add(entry);
    }
  }
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

function numberOf(klass: object): number {
  let number = numbers.get(klass);
  if (number === undefined) {
    lastNumber += 1;
    number = lastNumber;
    numbers.set(klass, number);
  }
  return number;
}

/** Cache key of a query: equal for equal conditions, in whichever order they are listed. */
function cacheKey(options: QueryOptions): string {
  const list = (classes: readonly AnyComponent[] = []) => classes.map(numberOf).join(",");
  const is = options.is === undefined ? "" : numberOf(options.is);
  return `${is}|${list(options.with)}|${list(options.without)}|${options.kind ?? "\0"}`;
}
