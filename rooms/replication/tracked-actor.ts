import { $changes, type ChangeTree, type Schema } from "@colyseus/schema";
import type { Cell, Segment } from "./cell-grid.ts";

/** What the cell encoder knows of an actor's class. */
export interface ActorLayout {
  readonly names: readonly string[];
  readonly encoders: readonly (
    | ((bytes: Uint8Array, value: unknown, it: { offset: number }) => void)
    | undefined
  )[];
  /** Bits of the fields that may wait for their ring's turn. */
  readonly continuous: number;
  /** Bits of the fields named x and z. */
  readonly place: number;
}

const CONTINUOUS = new Set(["number", "float32", "float64"]);
const layouts = new WeakMap<object, ActorLayout>();

/** Continuous are floats and quantised numbers among the first 32 fields that are everybody's to see. */
export function layoutOf(tree: ChangeTree): ActorLayout {
  const { encDescriptor: shape } = tree;
  let layout = layouts.get(shape);
  if (layout !== undefined) return layout;
  let continuous = 0;
  let place = 0;
  shape.types.slice(0, 32).forEach((type: unknown, i) => {
    const quantized = typeof type === "object" && type !== null && "quantized" in type;
    if (shape.names[i] === "x" || shape.names[i] === "z") place |= 1 << i;
    if (shape.tags[i] === undefined && shape.encoders[i] && (quantized || CONTINUOUS.has(String(type)))) {
      continuous |= 1 << i;
    }
  });
  layout = { names: shape.names, encoders: shape.encoders, continuous, place };
  layouts.set(shape, layout);
  return layout;
}

/** The bytes of an actor's entry: its place in the map, then all of it but the continuous fields. */
export interface Entry {
  readonly bytes: Uint8Array;
  /** Where the second part begins. */
  readonly restAt: number;
}

/**
 * An actor as the cell encoder keeps it: where clients were told it is, and what they have still to be told.
 * Here and in what else every tick reads of every actor, each field is set when the object is made: fields that come later come
 * in another order in each, and V8 then looks every one of them up.
 */
export class TrackedActor {
  readonly actor: Schema & { x?: number; z?: number };
  readonly tree: ChangeTree;
  readonly layout: ActorLayout;
  readonly refId: number;
  /** Index on the wire and key in the actors map. */
  readonly index: number;
  readonly key: string;
  /** The cell clients know it in after this tick; undefined once removed. */
  cell: Cell | undefined = undefined;
  /** Position in `cell.members`. */
  slot = -1;
  /** Column and row of its position, also where it is always seen. */
  x = 0;
  z = 0;
  /** The tick in which it moved, came or went, and the cell it was in before. */
  movedTick = -1;
  from: Cell | undefined = undefined;
  /** Bits of continuous fields still to be sent, by ring. A slower ring is owed what a faster one is, and more. */
  readonly pending: number[];
  /** While its cell's values are laid out: the slowest ring in which it is due, or -1 if rings are owed unlike fields. */
  turn = -1;
  /** In the list of those with pending bits. */
  listed = false;
  /** The next such one of its cell, in a tick that is being sent. */
  next: TrackedActor | undefined = undefined;
  /** Trees of this actor that changed in `dirtyTick` other than by continuous fields. */
  readonly dirty: ChangeTree[] = [];
  dirtyTick = -1;
  /** How it enters a view but for its continuous fields, while nothing else of it changes. */
  entry: Entry | undefined = undefined;
  /** This tick's changes for everybody, for the owner alone, and the whole as an entry. */
  readonly now: Segment = { tick: -1, start: 0, end: 0 };
  readonly mine: Segment = { tick: -1, start: 0, end: 0 };
  readonly whole: Segment = { tick: -1, start: 0, end: 0 };
  readonly gone: Segment = { tick: -1, start: 0, end: 0 };

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

  /** Notes changed continuous fields for every ring. */
  mark(bits: number): void {
    for (let ring = 0; ring < this.pending.length; ring++)
      this.pending[ring] = (this.pending[ring] ?? 0) | bits;
  }

  /** On changing cells a viewer may have been owed what a slower ring held back: every ring now owes it all. */
  merge(): void {
    this.mark(this.pending[this.pending.length - 1] ?? 0);
  }
}
