import { $changes, type ChangeTree, type Schema } from "@colyseus/schema";
import { indexInParent } from "./internals.ts";
import type { ReplicationContext } from "./replication-context.ts";
import type { Cell } from "./tracked-actor.ts";
import type { VisibleCells } from "./visibility/visible-cells.ts";

/** The actors' part of a full state. */
export interface ActorsState {
  readonly parts: readonly Uint8Array[];
  /** The actors in the parts, by index; undefined where these are the actors of the last patch. */
  readonly actors: Map<number, Schema> | undefined;
  /** The actor whose owner's fields are in the parts. */
  readonly ownActor: Schema | undefined;
}

interface CachedCell {
  readonly bytes: Uint8Array;
  readonly entries: readonly (readonly [number, Schema])[];
}

/**
 * Full states by cell. Where nothing changed since the last patch a cell's actors are encoded once for all
 * clients that join before the next: when many join at once that is nearly everywhere.
 */
export class FullStates {
  readonly #context: ReplicationContext;
  readonly #cached = new Map<Cell, CachedCell>();

  constructor(context: ReplicationContext) {
    this.#context = context;
  }

  /** A patch was made: cached cells are older than it. */
  clear(): void {
    this.#cached.clear();
  }

  /** Right after a patch, when nothing is pending: all clients with the same view get the same bytes. */
  afterPatch(view: VisibleCells, own: Schema | undefined): ActorsState {
    const { tracker, cells, grid } = this.#context;
    const parts = grid
      .cellsIn(view)
      .flatMap((cell) => (cell.members.length > 0 ? this.#cachedCell(cell).bytes : []));
    const tracked = tracker.byIndex.get(indexOf(own));
    const cell = tracked?.actor === own ? tracked?.cell : undefined;
    if (own === undefined || cell === undefined || !grid.isVisible(view, cell))
      return { parts, actors: undefined, ownActor: undefined };
    parts.push(new Uint8Array(cells.encodeNow(() => cells.appendOwnerFields(own[$changes] as ChangeTree))));
    return { parts, actors: undefined, ownActor: own };
  }

  /**
   * Between two patches, when changes may be pending.
   *
   * @param view what the client sees; all actors if undefined
   * @param own the actor whose owner's fields are the client's
   */
  betweenPatches(view: VisibleCells | undefined, own: Schema | undefined): ActorsState {
    const { tracker, cells, grid } = this.#context;
    const parts: Uint8Array[] = [];
    const actors = new Map<number, Schema>();
    const uncached: (readonly [number, Schema])[] = [];
    const changed = tracker.changedCells();
    for (const cell of view === undefined ? tracker.occupiedCells() : grid.cellsIn(view)) {
      if (cell.members.length === 0) continue;
      if (changed.has(cell)) uncached.push(...this.#visibleMembers(cell, view));
      else {
        const cached = this.#cachedCell(cell);
        parts.push(cached.bytes);
        for (const [index, actor] of cached.entries) actors.set(index, actor);
      }
    }
    for (const [index, actor] of tracker.added())
      if (this.#isVisible(view, index, actor)) uncached.push([index, actor]);
    for (const [index, actor] of uncached) actors.set(index, actor);
    const ownActor = own !== undefined && actors.get(indexOf(own)) === own ? own : undefined;
    const bytes = cells.encodeNow(() => {
      for (const [index, actor] of uncached) cells.appendEntry(index, actor[$changes] as ChangeTree, "fresh");
      if (ownActor !== undefined) cells.appendOwnerFields(ownActor[$changes] as ChangeTree);
    });
    parts.push(new Uint8Array(bytes));
    return { parts, actors, ownActor };
  }

  #cachedCell(cell: Cell): CachedCell {
    let cached = this.#cached.get(cell);
    if (cached === undefined) {
      const { cells } = this.#context;
      const entries = cell.members.map(({ index, actor }) => [index, actor] as const);
      const bytes = cells.encodeNow(() => {
        for (const actor of cell.members) cells.appendActor(actor);
      });
      cached = { bytes: new Uint8Array(bytes), entries };
      this.#cached.set(cell, cached);
    }
    return cached;
  }

  /** Members that are in the map and visible at their live positions, which may be in other cells by now. */
  *#visibleMembers(cell: Cell, view: VisibleCells | undefined): Iterable<readonly [number, Schema]> {
    for (const { index, actor } of cell.members) {
      const isInMap = this.#context.tracker.actorAt(index) === actor;
      if (isInMap && this.#isVisible(view, index, actor)) yield [index, actor];
    }
  }

  #isVisible(view: VisibleCells | undefined, index: number, actor: Schema): boolean {
    const { grid, interest, map } = this.#context;
    if (view === undefined || interest.always?.(actor, map.$indexes.get(index) ?? "")) return true;
    const { x = 0, z = 0 } = actor as { x?: number; z?: number };
    return grid.isVisibleAt(view, grid.line(x), grid.line(z));
  }
}

/** The index of an actor in the actors map; -1 for none. */
function indexOf(actor: Schema | undefined): number {
  return indexInParent(actor?.[$changes]) ?? -1;
}
