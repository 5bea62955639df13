import {
  $changes,
  $getByIndex,
  type ChangeTree,
  type Encoder,
  type MapSchema,
  type Schema,
} from "@colyseus/schema";
import type { PoseThreshold } from "../../shared/index.ts";
import { firstChanged, indexInParent, parentOf, refIdOf, settleFilters } from "./internals.ts";
import { PoseGate, poseBitsOf } from "./pose-thresholds/pose-gate.ts";
import { type Cell, TrackedActor } from "./tracked-actor.ts";
import type { CellGrid } from "./visibility/cell-grid.ts";
import type { Interest } from "./visibility/interest.ts";

/**
 * Follows the actors map: each tick it takes the changed trees of actors out of the encoder's queue, so that
 * the stock encoding never sees them, and notes which actors were added, removed, changed cells, or changed.
 */
export class ActorTracker {
  readonly byKey = new Map<string, TrackedActor>();
  readonly byIndex = new Map<number, TrackedActor>();
  /** This tick: added (no `previousCell`), removed (no `cell`), or in another cell. */
  readonly moved: TrackedActor[] = [];
  /** This tick: changed other than by continuous fields. */
  readonly changed: TrackedActor[] = [];
  /** Actors with continuous values that are pending for some ring. */
  readonly active: TrackedActor[] = [];
  readonly #encoder: Encoder;
  readonly #map: MapSchema<Schema>;
  readonly #mapTree: ChangeTree;
  readonly #grid: CellGrid;
  readonly #interest: Interest;
  readonly #claimed: ChangeTree[] = [];
  readonly #poseThreshold: (() => PoseThreshold) | undefined;
  /** Actors with a pose that is held back. */
  readonly #held = new Set<TrackedActor>();

  constructor(
    encoder: Encoder,
    map: MapSchema<Schema>,
    grid: CellGrid,
    interest: Interest,
    poseThreshold?: () => PoseThreshold,
  ) {
    this.#encoder = encoder;
    this.#map = map;
    this.#mapTree = map[$changes];
    this.#grid = grid;
    this.#interest = interest;
    this.#poseThreshold = poseThreshold;
    for (const [index] of map.$indexes) this.#add(index, -1);
    this.moved.length = 0;
  }

  /** Takes this tick's changes. What is left in the queue is not of actors. */
  collect(tick: number): void {
    settleFilters(this.#encoder);
    const { root } = this.#encoder;
    if (this.#mapTree.has()) this.#reconcile(tick);
    for (let node = firstChanged(this.#encoder); node !== undefined; ) {
      const { next, changeTree } = node;
      if (this.#claim(changeTree, tick)) {
        this.#claimed.push(changeTree);
        root.removeFromQueue(changeTree);
      }
      node = next;
    }
    if (this.#held.size > 0) this.#releaseAtRest(tick);
  }

  #releaseAtRest(tick: number): void {
    for (const tracked of this.#held) {
      const { gate, cell } = tracked;
      if (cell !== undefined && gate && !gate.isAtRest(tick)) continue;
      this.#held.delete(tracked);
      if (cell === undefined || !gate) continue;
      tracked.mark(gate.pass());
      this.#activate(tracked);
    }
  }

  /** Ends the tick: changes are sent, and due rings have nothing pending any more. */
  endTick(tick: number): void {
    for (const tree of this.#claimed) tree.endEncode();
    this.#claimed.length = 0;
    let count = 0;
    for (const tracked of this.active) {
      const { cell, pending } = tracked;
      tracked.nextActive = undefined;
      for (let ring = this.#grid.slowestDueRing(tracked, tick); ring >= 0; ring--) pending[ring] = 0;
      tracked.isActive = cell !== undefined && pending[pending.length - 1] !== 0;
      if (tracked.isActive) this.active[count++] = tracked;
    }
    this.active.length = count;
    for (const tracked of this.changed) tracked.dirtyTrees.length = 0;
    this.changed.length = 0;
    for (const tracked of this.moved) tracked.previousCell = undefined;
    this.moved.length = 0;
  }

  /** The actor at an index of the map now, whether it is tracked yet or not. */
  actorAt(index: number): Schema | undefined {
    return this.#map[$getByIndex](index);
  }

  /** Whether a tree is of an actor or below one. */
  isOfActor(tree: ChangeTree): boolean {
    return this.#actorTreeOf(tree) !== undefined;
  }

  /** Cells with members. */
  occupiedCells(): Set<Cell> {
    const cells = new Set<Cell>();
    for (const { cell } of this.byIndex.values()) if (cell !== undefined) cells.add(cell);
    return cells;
  }

  /** Cells where anything of a member changed since the last tick, its deletion included. */
  changedCells(): Set<Cell> {
    const indexes = this.#changedIndexes();
    if (indexes.some((index) => index < 0)) return this.occupiedCells();
    const changed = new Set<Cell>();
    const add = (index: number | undefined): void => {
      const cell = this.byIndex.get(index ?? -1)?.cell;
      if (cell !== undefined) changed.add(cell);
    };
    indexes.forEach(add);
    for (let node = firstChanged(this.#encoder); node !== undefined; node = node.next) {
      if (node.changeTree !== this.#mapTree) add(indexInParent(this.#actorTreeOf(node.changeTree)));
    }
    return changed;
  }

  /** Actors set since the last tick, by index. */
  *added(): Iterable<[number, Schema]> {
    for (const index of this.#changedIndexes()) {
      const actor = index < 0 ? undefined : this.actorAt(index);
      if (actor !== undefined && this.byIndex.get(index)?.actor !== actor) yield [index, actor];
    }
  }

  #reconcile(tick: number): void {
    const indexes = this.#changedIndexes();
    if (indexes.some((index) => index < 0)) {
      // The map was cleared: indexes begin at 0 again, with other actors.
      for (const tracked of [...this.byIndex.values()]) this.#remove(tracked, tick);
    }
    for (const index of indexes) {
      if (index < 0) continue;
      // An actor that was deleted and set again within the tick is removed and added, also if it is the same.
      const tracked = this.byIndex.get(index);
      if (tracked !== undefined) this.#remove(tracked, tick);
      this.#add(index, tick);
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

  #add(index: number, tick: number): void {
    const actor = this.actorAt(index);
    const key = this.#map.$indexes.get(index);
    if (actor === undefined || key === undefined) return;
    const rings = this.#interest.rings.length;
    const tracked = new TrackedActor(actor, index, key, refIdOf(actor), rings);
    const poseBits = this.#poseThreshold === undefined ? 0 : poseBitsOf(actor, tracked.tree);
    if (poseBits !== 0) tracked.gate = new PoseGate(actor, poseBits, tick);
    this.byIndex.set(index, tracked);
    this.byKey.set(key, tracked);
    this.#updateCell(tracked, tick);
  }

  #remove(tracked: TrackedActor, tick: number): void {
    this.byIndex.delete(tracked.index);
    if (this.byKey.get(tracked.key) === tracked) this.byKey.delete(tracked.key);
    this.#grid.leave(tracked);
    tracked.previousCell = tracked.cell;
    tracked.cell = undefined;
    tracked.movedTick = tick;
    this.moved.push(tracked);
  }

  /** Notes the changes of a tree. False if it is neither of the actors map nor below it. */
  #claim(tree: ChangeTree, tick: number): boolean {
    if (tree === this.#mapTree) return true;
    const top = this.#actorTreeOf(tree);
    if (top === undefined) return false;
    const tracked = this.byIndex.get(indexInParent(top) ?? -1);
    // Removed, or added: then it is sent whole.
    if (tracked?.tree !== top || (tracked.movedTick === tick && tracked.previousCell === undefined))
      return true;
    if (tree === top) this.#noteFields(tracked, tick);
    else this.#markDirty(tracked, tree, tick);
    return true;
  }

  /** The tree of the actor that a tree is part of; undefined if it is part of none. */
  #actorTreeOf(tree: ChangeTree): ChangeTree | undefined {
    let top: ChangeTree | undefined = tree;
    while (top !== undefined && top.parentRef !== this.#map) top = parentOf(top);
    return top;
  }

  #noteFields(tracked: TrackedActor, tick: number): void {
    const { tree, layout } = tracked;
    let bits = tree.dirtyLow & layout.continuous;
    if (tracked.gate !== undefined && bits !== 0) bits = this.#throughGate(tracked, tracked.gate, bits, tick);
    if (bits !== 0) {
      tracked.mark(bits);
      this.#activate(tracked);
    }
    if ((tree.dirtyLow & ~layout.continuous) !== 0 || tree.dirtyHigh !== 0)
      this.#markDirty(tracked, tree, tick);
    if ((tree.dirtyLow & layout.position) !== 0 || this.#interest.always !== undefined)
      this.#updateCell(tracked, tick);
  }

  /** The changed bits that go out now, with those that were held back; 0: they are held back too. */
  #throughGate(tracked: TrackedActor, gate: PoseGate, bits: number, tick: number): number {
    const isPoseAlone = (bits & ~gate.bits) === 0;
    if (isPoseAlone && !gate.opens(tick, this.#poseThreshold?.() ?? {})) {
      gate.held |= bits;
      this.#held.add(tracked);
      return 0;
    }
    this.#held.delete(tracked);
    return bits | gate.pass();
  }

  #markDirty(tracked: TrackedActor, tree: ChangeTree, tick: number): void {
    if (tracked.dirtyTick !== tick) {
      tracked.dirtyTick = tick;
      tracked.entry = undefined;
      this.changed.push(tracked);
    }
    tracked.dirtyTrees.push(tree);
  }

  #activate(tracked: TrackedActor): void {
    if (tracked.isActive) return;
    tracked.isActive = true;
    this.active.push(tracked);
  }

  #updateCell(tracked: TrackedActor, tick: number): void {
    const { actor, cell: before } = tracked;
    const x = this.#grid.line(actor.x ?? 0);
    const z = this.#grid.line(actor.z ?? 0);
    const always = this.#interest.always?.(actor, tracked.key) ?? false;
    if (before !== undefined && always === before.everywhere && x === tracked.x && z === tracked.z) return;
    tracked.x = x;
    tracked.z = z;
    if (always && before?.everywhere) return;
    this.#grid.leave(tracked);
    tracked.cell = this.#grid.enter(tracked, x, z, always);
    tracked.previousCell = before;
    tracked.movedTick = tick;
    this.moved.push(tracked);
    if (before === undefined) return;
    tracked.mergePending();
    if (tracked.pending[0] !== 0) this.#activate(tracked);
  }
}
