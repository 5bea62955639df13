import { $changes, type ChangeTree, type Schema } from "@colyseus/schema";
import type { Cell, VisibleCells } from "./cell-grid.ts";
import type { ReplicationContext } from "./replication-context.ts";

/** The actors' part of a full state. */
export interface ActorsState {
  readonly parts: readonly Uint8Array[];
  /** What the parts hold, by index; undefined where that is all that the last patch had. */
  readonly given: Map<number, Schema> | undefined;
  /** The actor whose owner's fields they hold. */
  readonly owned: Schema | undefined;
}

interface CachedCell {
  readonly bytes: Uint8Array;
  readonly entries: readonly (readonly [number, Schema])[];
}

/**
 * Full states by cell. Where nothing changed since the last patch a cell's actors are encoded once for all who join
 * before the next: in a storm of joins that is nearly everywhere.
 */
export class FullStates {
  readonly #scene: ReplicationContext;
  readonly #kept = new Map<Cell, CachedCell>();

  constructor(scene: ReplicationContext) {
    this.#scene = scene;
  }

  /** A patch was made: what was kept is of before it. */
  clear(): void {
    this.#kept.clear();
  }

  /** Right behind a patch, when nothing is pending: all who see the same cells get the same bytes. */
  settled(has: VisibleCells, own: Schema | undefined): ActorsState {
    const { tracker: residents, cells, grid } = this.#scene;
    const parts = grid.seen(has).flatMap((cell) => (cell.members.length > 0 ? this.#keep(cell).bytes : []));
    const resident = residents.byIndex.get(own?.[$changes]?._parentIndex ?? -1);
    const cell = resident?.actor === own ? resident?.cell : undefined;
    if (own === undefined || cell === undefined || !grid.sees(has, cell))
      return { parts, given: undefined, owned: undefined };
    parts.push(new Uint8Array(cells.loose(() => cells.appendMine(own[$changes] as ChangeTree))));
    return { parts, given: undefined, owned: own };
  }

  /**
   * @param has what the client sees; all actors if undefined
   * @param own the actor whose owner's fields are the client's
   */
  of(has: VisibleCells | undefined, own: Schema | undefined): ActorsState {
    const { tracker: residents, cells, grid } = this.#scene;
    const parts: Uint8Array[] = [];
    const given = new Map<number, Schema>();
    const loose: (readonly [number, Schema])[] = [];
    const changed = residents.changedCells();
    for (const cell of has === undefined ? residents.cells() : grid.seen(has)) {
      if (cell.members.length === 0) continue;
      if (changed.has(cell)) loose.push(...this.#present(cell, has));
      else {
        const kept = this.#keep(cell);
        parts.push(kept.bytes);
        for (const [index, actor] of kept.entries) given.set(index, actor);
      }
    }
    for (const [index, actor] of residents.unsettled())
      if (this.#isIn(has, index, actor)) loose.push([index, actor]);
    for (const [index, actor] of loose) given.set(index, actor);
    const mine = own !== undefined && given.get(own[$changes]?._parentIndex ?? -1) === own ? own : undefined;
    parts.push(
      new Uint8Array(
        cells.loose(() => {
          for (const [index, actor] of loose)
            cells.appendEntry(index, actor[$changes] as ChangeTree, "fresh");
          if (mine !== undefined) cells.appendMine(mine[$changes] as ChangeTree);
        }),
      ),
    );
    return { parts, given, owned: mine };
  }

  #keep(cell: Cell): CachedCell {
    let kept = this.#kept.get(cell);
    if (kept === undefined) {
      const { cells } = this.#scene;
      const entries = cell.members.map(({ index, actor }) => [index, actor] as const);
      const bytes = cells.loose(() => {
        for (const resident of cell.members) cells.appendResident(resident);
      });
      kept = { bytes: new Uint8Array(bytes), entries };
      this.#kept.set(cell, kept);
    }
    return kept;
  }

  /** Members that are in the map and in view by where they are now, which may not be where the last patch had them. */
  *#present(cell: Cell, has: VisibleCells | undefined): Iterable<readonly [number, Schema]> {
    for (const { index, actor } of cell.members) {
      if (this.#scene.tracker.actorAt(index) === actor && this.#isIn(has, index, actor)) yield [index, actor];
    }
  }

  #isIn(has: VisibleCells | undefined, index: number, actor: Schema): boolean {
    const { grid, interest, map } = this.#scene;
    if (has === undefined || interest.always?.(actor, map.$indexes.get(index) ?? "")) return true;
    const { x = 0, z = 0 } = actor as { x?: number; z?: number };
    return grid.seesAt(has, grid.line(x), grid.line(z));
  }
}
