import { $changes, type ChangeTree, type Schema } from "@colyseus/schema";
import { type ActorLayout, layoutOf } from "./actor-layout.ts";
import type { PoseGate } from "./pose-thresholds/pose-gate.ts";

/** A range of bytes of a tick's scratch, made when it is first asked for. */
export interface Segment {
  tick: number;
  start: number;
  end: number;
}
const emptySegment = (): Segment => ({ tick: -1, start: 0, end: 0 });

/**
 * The bytes by which an actor enters a view: its entry in the map, then all its fields but the continuous
 * ones.
 */
export interface EntryBytes {
  readonly bytes: Uint8Array;
  /** Where the second part begins. */
  readonly restAt: number;
}

/** A square of the ground with actors in it, or the one cell `everywhere`, whose members all clients see. */
export class Cell {
  readonly x: number;
  readonly z: number;
  readonly everywhere: boolean;
  /** Its place in the cell table. */
  readonly slot: number;
  readonly members: TrackedActor[] = [];
  /** The first of the members with values to refresh, as of `activeTick`; each names the next. */
  active: TrackedActor | undefined = undefined;
  activeTick = -1;
  /** Members with immediate changes that stayed, as of `changedTick`. */
  changed: TrackedActor[] = [];
  changedTick = -1;
  readonly enter = emptySegment();
  readonly leave = emptySegment();

  constructor(x: number, z: number, slot: number, everywhere = false) {
    this.x = x;
    this.z = z;
    this.slot = slot;
    this.everywhere = everywhere;
  }

  add(actor: TrackedActor): void {
    actor.memberIndex = this.members.push(actor) - 1;
  }

  remove(actor: TrackedActor): void {
    const last = this.members.pop();
    if (last !== undefined && last !== actor) {
      this.members[actor.memberIndex] = last;
      last.memberIndex = actor.memberIndex;
    }
  }
}

/**
 * An actor as replication keeps it: the cell in which clients know it, and what has still to be sent of it.
 *
 * Here, and in all objects that every tick reads for every actor, each field is set when the object is made.
 * Fields that are set later come in another order in each object, and V8 then looks every one of them up.
 */
export class TrackedActor {
  readonly actor: Schema & { x?: number; z?: number };
  readonly tree: ChangeTree;
  readonly layout: ActorLayout;
  readonly refId: number;
  /** Index on the wire and key in the actors map. */
  readonly index: number;
  readonly key: string;
  /** The cell in which clients know it after this tick; undefined once removed. */
  cell: Cell | undefined = undefined;
  /** Its index in `cell.members`. */
  memberIndex = -1;
  /** Column and row of its position, also in the cell `everywhere`. */
  x = 0;
  z = 0;
  /** The tick in which it was added, removed or changed cells, and the cell before that. */
  movedTick = -1;
  previousCell: Cell | undefined = undefined;
  /**
   * Bits of continuous fields still to be sent, by ring. A slower ring has the bits of a faster one, and
   * more.
   */
  readonly pending: number[];
  /**
   * In a tick that is being sent: the slowest ring that is due, or -1 if the rings have unlike pending bits.
   */
  dueRing = -1;
  /** Holds its pose back while it creeps; undefined for an avatar, and in a room without a threshold. */
  gate: PoseGate | undefined = undefined;
  /** Whether it is in the list of actors with pending bits. */
  isActive = false;
  /** The next of those in its cell, in a tick that is being sent. */
  nextActive: TrackedActor | undefined = undefined;
  /** Trees of this actor that changed in `dirtyTick` other than by continuous fields. */
  readonly dirtyTrees: ChangeTree[] = [];
  dirtyTick = -1;
  /** Its entry bytes, while nothing but continuous fields changes. */
  entry: EntryBytes | undefined = undefined;
  /** This tick's immediate changes for everybody and for the owner, its addition, and its removal. */
  readonly changes = emptySegment();
  readonly ownerChanges = emptySegment();
  readonly addition = emptySegment();
  readonly removal = emptySegment();

  constructor(actor: Schema, index: number, key: string, refId: number, rings: number) {
    const tree = actor[$changes];
    if (tree === undefined) throw new TypeError("An actor must be a Schema.");
    this.actor = actor;
    this.tree = tree;
    this.layout = layoutOf(tree);
    this.refId = refId;
    this.index = index;
    this.key = key;
    this.pending = new Array<number>(rings).fill(0);
  }

  /** Adds changed continuous fields to the pending bits of every ring. */
  mark(bits: number): void {
    for (let ring = 0; ring < this.pending.length; ring++)
      this.pending[ring] = (this.pending[ring] ?? 0) | bits;
  }

  /**
   * After a change of cell a viewer may lack what a slower ring had pending: every ring now has all of it
   * pending.
   */
  mergePending(): void {
    this.mark(this.pending[this.pending.length - 1] ?? 0);
  }
}
