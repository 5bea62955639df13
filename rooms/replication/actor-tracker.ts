import {
  $changes,
  $getByIndex,
  $refId,
  type ChangeTree,
  type Encoder,
  type MapSchema,
  type Schema,
} from "@colyseus/schema";
import { treeOf } from "./actor-encoder.ts";
import type { Cell, CellGrid } from "./cell-grid.ts";
import type { Interest } from "./interest.ts";
import { TrackedActor } from "./tracked-actor.ts";

/**
 * Follows the actors map: each tick it takes the changed trees of actors out of the encoder's queue, so that the
 * stock encoding never sees them, and notes who came, went, changed cells, or changed.
 */
export class ActorTracker {
  readonly byKey = new Map<string, TrackedActor>();
  readonly byIndex = new Map<number, TrackedActor>();
  /** This tick: came (no `from`), went (no `cell`), or changed cells. */
  readonly moved: TrackedActor[] = [];
  /** This tick: changed other than by continuous fields. */
  readonly changed: TrackedActor[] = [];
  /** Those with continuous values that some ring has still to be sent. */
  readonly active: TrackedActor[] = [];
  readonly #encoder: Encoder;
  readonly #map: MapSchema<Schema>;
  readonly #mapTree: ChangeTree;
  readonly #grid: CellGrid;
  readonly #interest: Interest;
  readonly #claimed: ChangeTree[] = [];

  constructor(encoder: Encoder, map: MapSchema<Schema>, grid: CellGrid, interest: Interest) {
    this.#encoder = encoder;
    this.#map = map;
    this.#mapTree = map[$changes];
    this.#grid = grid;
    this.#interest = interest;
    for (const [index] of map.$indexes) this.#arrive(index, -1);
    this.moved.length = 0;
  }

  /** Takes this tick's changes. What is left in the queue is not of actors. */
  take(tick: number): void {
    settleFilters(this.#encoder);
    const { root } = this.#encoder;
    if (this.#mapTree.has()) this.#reconcile(tick);
    for (let node = root.changes.next; node !== undefined; ) {
      const { next, changeTree } = node;
      if (this.#claim(changeTree, tick)) {
        this.#claimed.push(changeTree);
        root.removeFromQueue(changeTree);
      }
      node = next;
    }
  }

  /** Ends the tick: changes are sent, and rings whose turn it was owe nothing more. */
  settle(tick: number): void {
    for (const tree of this.#claimed) tree.endEncode();
    this.#claimed.length = 0;
    let kept = 0;
    for (const resident of this.active) {
      const { cell, pending } = resident;
      resident.next = undefined;
      for (let ring = this.#grid.turn(resident, tick); ring >= 0; ring--) pending[ring] = 0;
      resident.listed = cell !== undefined && pending[pending.length - 1] !== 0;
      if (resident.listed) this.active[kept++] = resident;
    }
    this.active.length = kept;
    for (const resident of this.changed) resident.dirty.length = 0;
    this.changed.length = 0;
    for (const resident of this.moved) resident.from = undefined;
    this.moved.length = 0;
  }

  /** The actor at an index of the map now, be it a resident yet or not. */
  actorAt(index: number): Schema | undefined {
    return this.#map[$getByIndex](index);
  }

  /** Whether a tree is of an actor or below one. */
  holds(tree: ChangeTree): boolean {
    return this.#topOf(tree) !== undefined;
  }

  /** Cells with members. */
  cells(): Set<Cell> {
    const cells = new Set<Cell>();
    for (const { cell } of this.byIndex.values()) if (cell !== undefined) cells.add(cell);
    return cells;
  }

  /** Cells where anything of a member changed since the last tick, were it only that it was deleted. */
  changedCells(): Set<Cell> {
    const indexes = this.#changedIndexes();
    if (indexes.some((index) => index < 0)) return this.cells();
    const changed = new Set<Cell>();
    const add = (index: number | undefined): void => {
      const cell = this.byIndex.get(index ?? -1)?.cell;
      if (cell !== undefined) changed.add(cell);
    };
    indexes.forEach(add);
    for (let node = this.#encoder.root.changes.next; node !== undefined; node = node.next) {
      if (node.changeTree !== this.#mapTree) add(this.#topOf(node.changeTree)?._parentIndex);
    }
    return changed;
  }

  /** Actors set since the last tick, by index. */
  *unsettled(): Iterable<[number, Schema]> {
    for (const index of this.#changedIndexes()) {
      const actor = index < 0 ? undefined : this.actorAt(index);
      if (actor !== undefined && this.byIndex.get(index)?.actor !== actor) yield [index, actor];
    }
  }

  #reconcile(tick: number): void {
    const indexes = this.#changedIndexes();
    if (indexes.some((index) => index < 0)) {
      // The map was cleared: indexes begin at 0 again, under other actors.
      for (const resident of [...this.byIndex.values()]) this.#part(resident, tick);
    }
    for (const index of indexes) {
      if (index < 0) continue;
      // One that was deleted and set again within the tick leaves and enters, whoever it is.
      const resident = this.byIndex.get(index);
      if (resident !== undefined) this.#part(resident, tick);
      this.#arrive(index, tick);
    }
  }

  /** Indexes of the map that were set or deleted this tick; negative where it was cleared. */
  #changedIndexes(): number[] {
    const indexes: number[] = [];
    this.#mapTree.forEach((index) => {
      indexes.push(index);
    });
    return indexes;
  }

  #arrive(index: number, tick: number): void {
    const actor = this.actorAt(index);
    const key = this.#map.$indexes.get(index);
    if (actor === undefined || key === undefined) return;
    const refId = (actor as { [$refId]?: number })[$refId] ?? 0;
    const resident = new TrackedActor(actor, index, key, refId, this.#interest.rings.length);
    this.byIndex.set(index, resident);
    this.byKey.set(key, resident);
    this.#place(resident, tick);
  }

  #part(resident: TrackedActor, tick: number): void {
    this.byIndex.delete(resident.index);
    if (this.byKey.get(resident.key) === resident) this.byKey.delete(resident.key);
    this.#grid.leave(resident);
    resident.from = resident.cell;
    resident.cell = undefined;
    resident.movedTick = tick;
    this.moved.push(resident);
  }

  /** True if the tree is of the actors map or below it. */
  #claim(tree: ChangeTree, tick: number): boolean {
    if (tree === this.#mapTree) return true;
    const top = this.#topOf(tree);
    if (top === undefined) return false;
    const resident = this.byIndex.get(top._parentIndex ?? -1);
    // Gone, or new: then it enters whole.
    if (resident?.tree !== top || (resident.movedTick === tick && resident.from === undefined)) return true;
    if (tree === top) this.#note(resident, tick);
    else this.#dirty(resident, tree, tick);
    return true;
  }

  /** The tree of the actor that a tree is part of, if it is of one. */
  #topOf(tree: ChangeTree): ChangeTree | undefined {
    let top: ChangeTree | undefined = tree;
    while (top !== undefined && top.parentRef !== this.#map) top = treeOf(top.parentRef);
    return top;
  }

  #note(resident: TrackedActor, tick: number): void {
    const { tree, layout } = resident;
    const bits = tree.dirtyLow & layout.continuous;
    if (bits !== 0) {
      resident.mark(bits);
      this.#list(resident);
    }
    if ((tree.dirtyLow & ~layout.continuous) !== 0 || tree.dirtyHigh !== 0) this.#dirty(resident, tree, tick);
    if ((tree.dirtyLow & layout.place) !== 0 || this.#interest.always !== undefined)
      this.#place(resident, tick);
  }

  #dirty(resident: TrackedActor, tree: ChangeTree, tick: number): void {
    if (resident.dirtyTick !== tick) {
      resident.dirtyTick = tick;
      resident.entry = undefined;
      this.changed.push(resident);
    }
    resident.dirty.push(tree);
  }

  #list(resident: TrackedActor): void {
    if (resident.listed) return;
    resident.listed = true;
    this.active.push(resident);
  }

  #place(resident: TrackedActor, tick: number): void {
    const { actor, cell: before } = resident;
    const x = this.#grid.line(actor.x ?? 0);
    const z = this.#grid.line(actor.z ?? 0);
    const always = this.#interest.always?.(actor, resident.key) ?? false;
    if (before !== undefined && always === before.everywhere && x === resident.x && z === resident.z) return;
    resident.x = x;
    resident.z = z;
    if (always && before?.everywhere) return;
    this.#grid.leave(resident);
    resident.cell = this.#grid.enter(resident, x, z, always);
    resident.from = before;
    resident.movedTick = tick;
    this.moved.push(resident);
    if (before === undefined) return;
    resident.merge();
    if (resident.pending[0] !== 0) this.#list(resident);
  }
}

/**
 * The encoder reclassifies trees that changed parents when it encodes, and puts some in the queue by it. Having it
 * do so now, on an empty queue, keeps those of actors from the stock encoding that follows.
 */
function settleFilters(encoder: Encoder): void {
  const { changes, pendingFilterRefresh } = encoder.root;
  if (pendingFilterRefresh.length === 0) return;
  const { next, tail, nextPosition } = changes;
  changes.next = undefined;
  changes.tail = undefined;
  encoder.encode({ offset: 1 });
  let node: typeof next = changes.next as typeof next;
  if (next === undefined) return;
  changes.next = next;
  changes.tail = tail;
  changes.nextPosition = nextPosition;
  while (node !== undefined) {
    const following: typeof tail = node.next;
    node.prev = changes.tail;
    node.next = undefined;
    node.position = changes.nextPosition++;
    if (changes.tail) changes.tail.next = node;
    changes.tail = node;
    node = following;
  }
}
