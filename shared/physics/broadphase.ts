import { Body, Broadphase, type World } from "cannon-es";

/** Side of a cell, metres: a few crates wide. */
const CELL_M = 3;
/** A body over more cells than this is tested against every body instead of being in each of its cells. */
const CELLS_MAX = 256;

/** The cells that a body lies in, inclusive. */
interface Span {
  readonly x0: number;
  readonly x1: number;
  readonly z0: number;
  readonly z1: number;
  /** Where the body was then. */
  readonly atX: number;
  readonly atZ: number;
}

const keyOf = (x: number, z: number) => (x + 32_768) * 65_536 + (z + 32_768);
const isActive = (body: Body) =>
  body.type === Body.KINEMATIC || (body.type === Body.DYNAMIC && body.sleepState !== Body.SLEEPING);

/**
 * Finds pairs of bodies that may touch, by cells of the ground plane. Only bodies that are awake search, so
 * that sleeping ones cost nothing; cannon-es's own broadphases look at every pair, or sort all bodies in each
 * step. Pairs come in the order of the bodies in the world, independent of earlier steps, so that a step from
 * a restored snapshot is the same step.
 */
export class CellBroadphase extends Broadphase {
  override useBoundingBoxes = true;
  private readonly cells = new Map<number, Body[]>();
  private readonly spans = new Map<Body, Span>();
  private readonly large = new Set<Body>();
  private readonly stamps = new Map<Body, number>();
  private stamp = 0;
  private found: Body[] = [];

  override setWorld(world: World): void {
    world.addEventListener("removeBody", ({ body }: { body: Body }) => this.remove(body));
  }

  override collisionPairs(world: World, first: Body[], second: Body[]): void {
    for (const body of world.bodies) {
      if (this.large.has(body)) continue;
      const span = this.spans.get(body);
      // A sleeping body that was put elsewhere by hand counts too.
      if (isActive(body) || span?.atX !== body.position.x || span.atZ !== body.position.z) this.place(body);
    }
    for (const body of world.bodies) {
      if (!isActive(body)) continue;
      this.found.length = 0;
      this.stamp++;
      this.stamps.set(body, this.stamp);
      for (const other of this.large) this.consider(body, other);
      const span = this.spans.get(body);
      if (span) this.lookAround(body, span);
      this.found.sort((a, b) => a.index - b.index);
      for (const other of this.found) this.intersectionTest(body, other, first, second);
    }
  }

  private lookAround(body: Body, { x0, x1, z0, z1 }: Span): void {
    for (let x = x0; x <= x1; x++) {
      for (let z = z0; z <= z1; z++) {
        const cell = this.cells.get(keyOf(x, z));
        if (cell) for (const other of cell) this.consider(body, other);
      }
    }
  }

  private consider(body: Body, other: Body): void {
    if (this.stamps.get(other) === this.stamp) return;
    this.stamps.set(other, this.stamp);
    // Of two bodies that are awake the later one searches.
    if (other.index > body.index && isActive(other)) return;
    if (this.needBroadphaseCollision(body, other)) this.found.push(other);
  }

  private place(body: Body): void {
    body.updateAABB();
    const { lowerBound: low, upperBound: high } = body.aabb;
    const span = {
      x0: Math.floor(low.x / CELL_M),
      x1: Math.floor(high.x / CELL_M),
      z0: Math.floor(low.z / CELL_M),
      z1: Math.floor(high.z / CELL_M),
      atX: body.position.x,
      atZ: body.position.z,
    };
    const old = this.spans.get(body);
    if (old && old.x0 === span.x0 && old.x1 === span.x1 && old.z0 === span.z0 && old.z1 === span.z1) {
      this.spans.set(body, span);
      return;
    }
    this.remove(body);
    const count = (span.x1 - span.x0 + 1) * (span.z1 - span.z0 + 1);
    if (!(count <= CELLS_MAX)) {
      this.large.add(body);
      return;
    }
    this.spans.set(body, span);
    for (let x = span.x0; x <= span.x1; x++) {
      for (let z = span.z0; z <= span.z1; z++) {
        const key = keyOf(x, z);
        const cell = this.cells.get(key);
        if (cell) cell.push(body);
        else this.cells.set(key, [body]);
      }
    }
  }

  private remove(body: Body): void {
    const span = this.spans.get(body);
    this.spans.delete(body);
    this.stamps.delete(body);
    this.large.delete(body);
    if (!span) return;
    for (let x = span.x0; x <= span.x1; x++) {
      for (let z = span.z0; z <= span.z1; z++) {
        const key = keyOf(x, z);
        const cell = this.cells.get(key);
        if (!cell) continue;
        if (cell.length === 1) this.cells.delete(key);
        else cell.splice(cell.indexOf(body), 1);
      }
    }
  }
}
