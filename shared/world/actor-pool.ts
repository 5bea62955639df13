import { Schema } from "@colyseus/schema";
import type { Actor } from "./actor.ts";
import type { ActorClass } from "./component.ts";
import { internalNames } from "./fields/internal-fields.ts";
import { fieldsOf, readField, writeField } from "./fields/schema-fields.ts";

/** The part of a world that its pools use. */
interface PooledWorld {
  spawn<A extends Actor>(actor: A, id?: string): A;
  despawn(actor: Actor): boolean;
  idOf(actor: Actor): string | undefined;
}

/**
 * Actors of one class that come and go by the dozen a tick, such as projectiles: one that went is made as new
 * and comes again, which saves a third of what it costs to make one. It has another id then, and clients
 * never see that it was there before. Made by `world.pool`.
 *
 * Keep no reference to an actor that you have despawned: it may be another one by the next patch.
 *
 * @example
 * const arrows = this.world.pool(Arrow); // in onOpen
 * const arrow = arrows.spawn({ x, z });
 * arrows.despawn(arrow);
 */
export class ActorPool<A extends Actor> {
  readonly #world: PooledWorld;
  readonly #type: ActorClass<A>;
  readonly #most: number;
  /** As an actor of the class is when it is made. */
  readonly #blank: A;
  readonly #free: A[] = [];
  #gone: A[] = [];

  /** Made by `world.pool`. */
  constructor(world: PooledWorld, type: ActorClass<A>, most: number) {
    this.#world = world;
    this.#type = type;
    this.#most = most;
    this.#blank = new type();
  }

  /** How many may be spawned now without making one. */
  get size(): number {
    return this.#free.length;
  }

  /**
   * Spawns an actor, as `world.spawn` does.
   *
   * @param props what is unlike the class's defaults
   * @throws ACTOR_EXISTS the id is taken
   */
  spawn(props: ConstructorParameters<ActorClass<A>>[0] = {}, id?: string): A {
    const actor = this.#take();
    Object.assign(actor, props);
    return this.#world.spawn(actor, id);
  }

  /**
   * Takes an actor out of the world, and keeps it for later if it is of the pool's class; false if it is not
   * in the world.
   */
  despawn(actor: A): boolean {
    const went = this.#world.despawn(actor);
    if (went && actor.constructor === this.#type) this.#gone.push(actor);
    return went;
  }

  /** A patch has told the clients who is gone: those may be used again. Called by the world. */
  release(): void {
    // Somebody may have put it back, and a batch that failed has.
    for (const actor of this.#gone)
      if (
        this.#free.length < this.#most &&
        this.#world.idOf(actor) === undefined &&
        renew(actor, this.#blank)
      )
        this.#free.push(actor);
    this.#gone = [];
  }

  #take(): A {
    for (let actor = this.#free.pop(); actor !== undefined; actor = this.#free.pop())
      if (this.#world.idOf(actor) === undefined) return actor;
    return new this.#type();
  }
}

/**
 * Makes an instance that is in no state as a new one is. False: it cannot be, for it has collections, or
 * something beside its fields that may be shared.
 */
function renew(actor: Schema, blank: Schema): boolean {
  if (!clear(actor, blank)) return false;
  // Its number on the wire and what had to be sent of it.
  Schema.reset(actor);
  return true;
}

function clear(ref: Schema, blank: Schema): boolean {
  for (const { name, kind } of fieldsOf(ref.constructor)) {
    const was = readField(blank, name);
    if (kind === "value" || was === undefined) writeField(ref, name, was);
    else if (kind !== "ref" || !clearChild(readField(ref, name), was)) return false;
  }
  for (const name of internalNames(ref)) {
    const was = readField(blank, name);
    if (typeof was === "object" || typeof was === "function" || !(name in blank)) return false;
    writeField(ref, name, was);
  }
  return true;
}

const clearChild = (child: unknown, was: unknown): boolean =>
  child instanceof Schema && child.constructor === (was as Schema).constructor && clear(child, was as Schema);
