import type { MapSchema, Schema } from "@colyseus/schema";
import { type Refusal, RoomkeepError } from "../errors.ts";
import { Actor } from "./actor.ts";
import { ActorIndex } from "./actor-index.ts";
import { ActorPool } from "./actor-pool.ts";
import { Batch, refuseAsync } from "./batch.ts";
import {
  type ActorClass,
  type AnyComponent,
  type ComponentClass,
  type ComponentFields,
  componentField,
} from "./component.ts";
import { writeComponent } from "./component-writes.ts";
import { writeField } from "./fields/schema-fields.ts";
import { type Fault, fieldChanges, guarded, type Observer, Watch } from "./observe/observe.ts";
import type { Entry, Query, QueryOptions } from "./query.ts";
import { watchWrites } from "./write-tracking.ts";
import type { Writer } from "./writer.ts";

/** Sizes of a world, and what its batches take back beside the actors. */
export interface WorldOptions {
  /** Side of a grid cell in metres: near the radius that is asked for most. Default 16. */
  readonly cellM?: number;
  /** Further instances that batches take back with the actors: the room's state with its round and scores. */
  readonly also?: readonly Schema[];
  /** Most changes that may wait for a settling. Default 10,000. */
  readonly maxDeferred?: number;
}

/** An actor by its id or itself, where a method takes either. */
export type ActorRef = string | Actor;

/**
 * Opens the actors of a room's state as a world: queries, batches, observers. The schema map remains what
 * clients receive; a world is a view onto it with an index. Write to actors as always; spawn and despawn
 * through the world. Works on both sides: in the browser call `adopt()` once a frame, before the queries.
 *
 * @example
 * const world = createWorld(this.state.actors);
 * const deer = world.spawn(new Deer({ x: 4 }));
 * world.query({ with: [Health] }).near(0, 0, 10); // [deer]
 */
export function createWorld(actors: MapSchema<Actor>, options: WorldOptions = {}): World {
  return new World(actors, options);
}

/**
 * The actors of a room: spawned, despawned, found by query, changed in batches that may be taken back. A room
 * has one as `this.world`; {@link createWorld} opens one without a room.
 *
 * @example
 * world.query({ with: [Health] }).each((actor, health) => { if (health.hp <= 0) world.despawn(actor); });
 */
export class World {
  readonly #actors: MapSchema<Actor>;
  readonly #roster: ActorIndex;
  #deferred: { readonly priority: number; readonly run: () => void }[] = [];
  readonly #maxDeferred: number;
  #batch: Batch | undefined;
  readonly #pools: ActorPool<Actor>[] = [];
  /** Number of the next id that `spawn` makes; part of a snapshot, so that a restored world goes on alike. */
  nextId = 1;

  constructor(actors: MapSchema<Actor>, options: WorldOptions = {}) {
    this.#actors = actors;
    this.#maxDeferred = options.maxDeferred ?? 10_000;
    const keep = (ref: Schema, index: number) => this.#batch?.journal.keep(ref, index) ?? false;
    this.#roster = new ActorIndex(options.cellM ?? 16, keep);
    for (const schema of options.also ?? []) {
      watchWrites(schema, { onWrite: (_, ref, index) => keep(ref, index) }, undefined);
    }
    this.adopt();
  }

  /** How many actors it has. */
  get size(): number {
    return this.#roster.byId.size;
  }

  /** Changes that wait for the next settling. */
  get waiting(): number {
    return this.#deferred.length;
  }

  /** The actor with an id; undefined: it was not spawned, or is despawned. */
  get(id: string): Actor | undefined {
    return this.#roster.byId.get(id)?.actor;
  }

  /** The id of an actor, or undefined if it is not in this world. */
  idOf(actor: Actor): string | undefined {
    return this.#roster.byActor.get(actor)?.id;
  }

  /**
   * Adds an actor. Without an id it gets one of its kind and a number: "deer-7".
   *
   * @throws ACTOR_EXISTS if the id or the actor is in the world already
   * @throws ACTOR_INVALID if it is no actor
   */
  spawn<A extends Actor>(actor: A, id?: string): A {
    if (!(actor instanceof Actor)) throw new RoomkeepError("ACTOR_INVALID", "Only an Actor can be spawned.");
    const key = id ?? this.#freshId(actor.kind);
    if (this.#roster.byId.has(key) || this.#roster.byActor.has(actor)) {
      throw new RoomkeepError("ACTOR_EXISTS", `Actor ${key} is in the world already.`);
    }
    const entry = this.#roster.enter(key, actor);
    this.#stage(
      () => this.#actors.set(key, actor),
      () => {
        this.#roster.exit(entry);
        this.#roster.forget(actor);
      },
    );
    return actor;
  }

  /** Takes an actor out; false if it is not in the world. */
  despawn(which: ActorRef): boolean {
    const entry = typeof which === "string" ? this.#roster.byId.get(which) : this.#roster.byActor.get(which);
    if (entry === undefined) return false;
    this.#roster.exit(entry);
    this.#stage(
      () => {
        this.#actors.delete(entry.id);
        this.#roster.forget(entry.actor);
      },
      () => this.#roster.revive(entry),
    );
    return true;
  }

  /**
   * Opens a pool of actors of one class, for those that come and go by the dozen a tick. One for a class and
   * room is enough.
   *
   * @param most actors that it keeps at most. Default 1,000
   * @example
   * const arrows = this.world.pool(Arrow);
   */
  pool<A extends Actor>(type: ActorClass<A>, most = 1_000): ActorPool<A> {
    const pool = new ActorPool<A>(this, type, most);
    this.#pools.push(pool as unknown as ActorPool<Actor>);
    return pool;
  }

  /** A patch was sent: actors of pools that are gone may come again. A room calls it. */
  notePatch(): void {
    for (const pool of this.#pools) pool.release();
  }

  /**
   * Gives an actor a component that its class declares as optional, or replaces the one it has.
   *
   * @throws COMPONENT_UNKNOWN if the actor's class has no place for it
   * @throws COMPONENT_INVALID if a value breaks the component's limits
   * @example
   * world.attach(deer, Burning, { untilTick: tick + 60 });
   */
  attach<F extends ComponentFields>(
    actor: Actor,
    klass: ComponentClass<F>,
    props?: ConstructorParameters<ComponentClass<F>>[0],
  ): void {
    this.#setComponent(actor, klass, new klass(props) as Schema);
  }

  /** Takes an optional component away from an actor. @throws COMPONENT_UNKNOWN */
  detach(actor: Actor, klass: AnyComponent): void {
    this.#setComponent(actor, klass, undefined);
  }

  /**
   * The actors that fit. Cached: equal conditions give the same query, which is kept up to date.
   *
   * @throws COMPONENT_UNKNOWN if a class was not made by `defineComponent`
   * @example
   * const hurt = world.query({ is: Deer, with: [Health], without: [Burning] });
   * for (const deer of hurt) deer.health.hp += 1;
   */
  query<A extends Actor = Actor, const W extends readonly AnyComponent[] = readonly []>(
    options: QueryOptions<A, W> = {},
  ): Query<A, W> {
    return this.#roster.query(options as QueryOptions) as unknown as Query<A, W>;
  }

  /** All actors at most `radiusM` metres from (x, z). See {@link Query.near}. */
  near(x: number, z: number, radiusM: number, out?: Actor[]): Actor[] {
    return this.query().near(x, z, radiusM, out);
  }

  /**
   * Runs a function whose changes to the world happen wholly or not at all: if it throws, every actor is as
   * it was, none came or went, and the error is thrown on. Batches nest. Nothing of a failed batch goes on
   * the wire, except that a collection, an optional field or a component that it changed is sent once more as
   * it was.
   *
   * @throws BATCH_INVALID if the function is async
   * @example
   * world.batch(() => { buyer.coins -= 10; seller.coins += 10; });
   */
  batch<T>(run: () => T): T {
    const outer = this.#batch;
    const batch = new Batch(outer, this.#roster.captures());
    const { nextId } = this;
    this.#batch = batch;
    try {
      const result = run();
      refuseAsync(result);
      this.#batch = outer;
      batch.commit();
      return result;
    } catch (error) {
      this.#batch = undefined;
      batch.revert((ref) => this.#touchAgain(ref));
      this.#batch = outer;
      this.nextId = nextId;
      throw error;
    }
  }

  /**
   * Writes fields of an actor's component for somebody, all of them or none. The room's own code writes as it
   * likes; everybody else what the component's `writers` allow.
   *
   * @returns WRITE_REFUSED it is not theirs to write; COMPONENT_UNKNOWN the actor has none; COMPONENT_INVALID
   *   a value does not fit. Undefined: it is written
   * @throws COMPONENT_UNKNOWN if the class was not made by `defineComponent`
   * @example
   * const refusal = world.write("script", lamp, Glow, { strength: 3 });
   */
  write(
    writer: Writer,
    actor: Actor,
    klass: AnyComponent,
    values: Readonly<Record<string, unknown>>,
  ): Refusal | undefined {
    return writeComponent((run) => this.batch(run), writer, actor, klass, values);
  }

  /**
   * Keeps a change for the next settling. Higher priorities run first, equal ones in the order they came.
   *
   * @throws QUEUE_FULL if more than `maxDeferred` wait
   */
  defer(priority: number, run: () => void): void {
    if (this.#deferred.length >= this.#maxDeferred) throw new RoomkeepError("QUEUE_FULL");
    this.#deferred.push({ priority, run });
  }

  /** Calls the observer for changes to the actors of a query, at each settling. Returns how to stop. */
  observe<A extends Actor, W extends readonly AnyComponent[]>(
    query: Query<A, W>,
    observer: Observer<A>,
  ): () => void {
    const watch = new Watch<Actor>(query as unknown as Query<Actor>, observer as unknown as Observer<Actor>);
    for (const entry of this.#roster.byId.values()) if (query.has(entry)) watch.pending.add(entry);
    this.#roster.watches.add(watch);
    this.#updateObserving();
    return () => {
      this.#roster.watches.delete(watch);
      this.#updateObserving();
    };
  }

  /**
   * Runs the deferred changes, each in a batch of its own, then calls the observers. Changes that are
   * deferred meanwhile wait for the next settling. Call it once a tick, after the systems.
   *
   * @param fault called for each deferred change or observer that threw; the others go on. Without it the
   *   first error is thrown once all have run.
   */
  settle(fault?: Fault): void {
    const errors: unknown[] = [];
    const report = fault ?? ((error: unknown) => errors.push(error));
    const due = this.#deferred.sort((a, b) => b.priority - a.priority);
    this.#deferred = [];
    for (const { run } of due) guarded(report, () => this.batch(run));
    this.#roster.refresh();
    const changed = this.#roster.takeChanged();
    for (const watch of this.#roster.watches) watch.tell(changed, fieldChanges, report);
    for (const entry of changed) entry.changes = [];
    if (errors.length > 0) throw errors[0];
  }

  /**
   * Brings the index in line with the schema map after something else wrote it: a decoder in the browser, a
   * restored room, `state.actors.set`.
   */
  adopt(): void {
    if (this.#batch !== undefined)
      throw new RoomkeepError("BATCH_INVALID", "adopt() cannot run within a batch.");
    for (const entry of [...this.#roster.byId.values()]) {
      if (this.#actors.get(entry.id) === entry.actor) continue;
      this.#roster.exit(entry);
      this.#roster.forget(entry.actor);
    }
    for (const [id, actor] of this.#actors.entries()) {
      if (!this.#roster.byId.has(id)) this.#roster.enter(id, actor);
    }
    this.#roster.refresh();
  }

  #stage(apply: () => void, undo: () => void): void {
    if (this.#batch === undefined) apply();
    else this.#batch.stage({ apply, undo });
  }

  #freshId(kind: string): string {
    let id: string;
    do {
      id = `${kind || "actor"}-${this.nextId}`;
      this.nextId += 1;
    } while (this.#roster.byId.has(id));
    return id;
  }

  #setComponent(actor: Actor, klass: AnyComponent, component: Schema | undefined): void {
    const name = componentField(actor.constructor, klass);
    if (name === undefined) {
      throw new RoomkeepError(
        "COMPONENT_UNKNOWN",
        `${actor.constructor.name} has no place for a ${klass.name}.`,
      );
    }
    writeField(actor, name, component);
    const entry = this.#roster.byActor.get(actor);
    if (entry === undefined) return;
    this.#roster.reshape(entry);
    this.#roster.refresh();
  }

  #touchAgain(ref: Schema): void {
    const entry: Entry | undefined = this.#roster.byActor.get(ref as Actor);
    if (entry === undefined) return;
    this.#roster.move(entry);
    this.#roster.reshape(entry);
  }

  #updateObserving(): void {
    this.#roster.observingChanges = [...this.#roster.watches].some((watch) => watch.wantsChanges);
  }
}
