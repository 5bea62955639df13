/** Cell size of a spatial hash. */
export interface SpatialHashOptions {
  /** Side of a cell in metres: best near the radius that is asked for most. Default 16. */
  readonly cellM?: number;
}

/**
 * Positions of items in the ground plane, so that a search for near ones looks at a few cells instead of at
 * all items. Positions are exact float64; an item at NaN is near nothing.
 */
export interface SpatialHash<T> {
  /** How many things are in it. */
  readonly size: number;
  /** Adds a thing, or moves it if it is there already. */
  insert(item: T, x: number, z: number): void;
  /** Moves a thing; false if it is not there. */
  move(item: T, x: number, z: number): boolean;
  /** Takes a thing out; false if it is not there. */
  remove(item: T): boolean;
  /**
   * Calls `visit` for each thing at most `radiusM` from (x, z), in no particular order. Allocates nothing.
   */
  within(x: number, z: number, radiusM: number, visit: (item: T, distanceSq: number) => void): void;
  /**
   * Puts the `count` nearest things into `out`, nearest first, and returns it. Give `out` to allocate
   * nothing.
   */
  nearest(x: number, z: number, count: number, out?: T[]): T[];
  /** Takes out all of them. */
  clear(): void;
}

/** Cell numbers stay clear of the int32 edge; what is further out shares the last cell and is still exact. */
const FAR = 2 ** 30;
const NONE = -1;

/**
 * Makes an empty grid: a spatial hash over x and z. Cells are chains through typed arrays, so inserting,
 * moving and asking allocate nothing once the arrays have grown.
 *
 * @see Teschner et al., "Optimized Spatial Hashing for Collision Detection of Deformable Objects", 2003 (the
 *   hash)
 * @example
 * const grid = createSpatialHash<string>({ cellM: 10 });
 * grid.insert("fox", 3, 4);
 * grid.within(0, 0, 5, (name) => console.log(name)); // fox
 */
export function createSpatialHash<T>(options: SpatialHashOptions = {}): SpatialHash<T> {
  return new HashGrid<T>(options.cellM ?? 16);
}

class HashGrid<T> implements SpatialHash<T> {
  readonly #cellM: number;
  readonly #slots = new Map<T, number>();
  readonly #free: number[] = [];
  #items: (T | undefined)[] = [];
  #capacity = 64;
  #xs = new Float64Array(this.#capacity);
  #zs = new Float64Array(this.#capacity);
  #cellX = new Int32Array(this.#capacity);
  #cellZ = new Int32Array(this.#capacity);
  #next = new Int32Array(this.#capacity);
  #previous = new Int32Array(this.#capacity);
  #heads = new Int32Array(this.#capacity * 2).fill(NONE);

  constructor(cellM: number) {
    this.#cellM = cellM;
  }

  get size(): number {
    return this.#slots.size;
  }

  insert(item: T, x: number, z: number): void {
    if (this.move(item, x, z)) return;
    const slot = this.#free.pop() ?? this.#items.length;
    if (slot >= this.#capacity) this.#grow();
    this.#items[slot] = item;
    this.#slots.set(item, slot);
    this.#xs[slot] = x;
    this.#zs[slot] = z;
    this.#link(slot, this.#cell(x), this.#cell(z));
  }

  move(item: T, x: number, z: number): boolean {
    const slot = this.#slots.get(item);
    if (slot === undefined) return false;
    this.#xs[slot] = x;
    this.#zs[slot] = z;
    const cellX = this.#cell(x);
    const cellZ = this.#cell(z);
    if (cellX === this.#cellX[slot] && cellZ === this.#cellZ[slot]) return true;
    this.#unlink(slot);
    this.#link(slot, cellX, cellZ);
    return true;
  }

  remove(item: T): boolean {
    const slot = this.#slots.get(item);
    if (slot === undefined) return false;
    this.#unlink(slot);
    this.#slots.delete(item);
    this.#items[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  within(x: number, z: number, radiusM: number, visit: (item: T, distanceSq: number) => void): void {
    // A hair wider than asked, so that rounding at a cell's edge hides nothing; the distance decides.
    const reachM = radiusM + 1e-9 + 1e-12 * (Math.abs(x) + Math.abs(z) + radiusM);
    const fromX = this.#cell(x - reachM);
    const toX = this.#cell(x + reachM);
    const fromZ = this.#cell(z - reachM);
    const toZ = this.#cell(z + reachM);
    const radiusSq = radiusM * radiusM;
    // A circle over more cells than there are things is cheaper thing by thing; it also bounds the loop.
    if ((toX - fromX + 1) * (toZ - fromZ + 1) > this.#items.length) {
      for (let slot = 0; slot < this.#items.length; slot++) this.#try(slot, x, z, radiusSq, visit);
      return;
    }
    for (let cellX = fromX; cellX <= toX; cellX++) {
      for (let cellZ = fromZ; cellZ <= toZ; cellZ++) this.#tryCell(cellX, cellZ, x, z, radiusSq, visit);
    }
  }

  readonly #nearDistances: number[] = [];

  nearest(x: number, z: number, count: number, out: T[] = []): T[] {
    out.length = 0;
    const wanted = Math.min(count, this.size);
    if (!(wanted > 0)) return out;
    const distances = this.#nearDistances;
    // The circle doubles until it holds enough: all within it are known, so the nearest are among them.
    for (let radiusM = this.#cellM; ; radiusM *= 2) {
      if (radiusM > this.#cellM * Math.sqrt(this.#items.length)) radiusM = Number.POSITIVE_INFINITY;
      out.length = 0;
      distances.length = 0;
      this.within(x, z, radiusM, (item, distanceSq) => keepNearest(out, distances, wanted, item, distanceSq));
      if (out.length === wanted || radiusM === Number.POSITIVE_INFINITY) return out;
    }
  }

  clear(): void {
    this.#slots.clear();
    this.#free.length = 0;
    this.#items = [];
    this.#heads.fill(NONE);
  }

  #cell(metres: number): number {
    const cell = Math.floor(metres / this.#cellM);
    return cell > FAR ? FAR : cell < -FAR ? -FAR : cell | 0;
  }

  #bucket(cellX: number, cellZ: number): number {
    return (Math.imul(cellX, 73_856_093) ^ Math.imul(cellZ, 83_492_791)) & (this.#heads.length - 1);
  }

  #tryCell(cellX: number, cellZ: number, x: number, z: number, radiusSq: number, visit: Visit<T>): void {
    let slot = this.#heads[this.#bucket(cellX, cellZ)] ?? NONE;
    while (slot !== NONE) {
      const next = this.#next[slot] ?? NONE;
      // Cells that share a bucket share its chain: each looks only at its own.
      if (this.#cellX[slot] === cellX && this.#cellZ[slot] === cellZ) this.#try(slot, x, z, radiusSq, visit);
      slot = next;
    }
  }

  #try(slot: number, x: number, z: number, radiusSq: number, visit: Visit<T>): void {
    const item = this.#items[slot];
    if (item === undefined) return;
    const dx = (this.#xs[slot] ?? 0) - x;
    const dz = (this.#zs[slot] ?? 0) - z;
    const distanceSq = dx * dx + dz * dz;
    if (distanceSq <= radiusSq) visit(item, distanceSq);
  }

  #link(slot: number, cellX: number, cellZ: number): void {
    const bucket = this.#bucket(cellX, cellZ);
    const head = this.#heads[bucket] ?? NONE;
    this.#cellX[slot] = cellX;
    this.#cellZ[slot] = cellZ;
    this.#next[slot] = head;
    this.#previous[slot] = NONE;
    if (head !== NONE) this.#previous[head] = slot;
    this.#heads[bucket] = slot;
  }

  #unlink(slot: number): void {
    const next = this.#next[slot] ?? NONE;
    const previous = this.#previous[slot] ?? NONE;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[this.#bucket(this.#cellX[slot] ?? 0, this.#cellZ[slot] ?? 0)] = next;
  }

  #grow(): void {
    this.#capacity *= 2;
    const wider = <A extends Float64Array | Int32Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    this.#xs = wider(this.#xs, new Float64Array(this.#capacity));
    this.#zs = wider(this.#zs, new Float64Array(this.#capacity));
    this.#cellX = wider(this.#cellX, new Int32Array(this.#capacity));
    this.#cellZ = wider(this.#cellZ, new Int32Array(this.#capacity));
    this.#next = wider(this.#next, new Int32Array(this.#capacity));
    this.#previous = wider(this.#previous, new Int32Array(this.#capacity));
    this.#heads = new Int32Array(this.#capacity * 2).fill(NONE);
    for (const slot of this.#slots.values()) this.#link(slot, this.#cellX[slot] ?? 0, this.#cellZ[slot] ?? 0);
  }
}

type Visit<T> = (item: T, distanceSq: number) => void;

/** Keeps `items` the `wanted` nearest so far, nearest first: an insertion into a short sorted list. */
function keepNearest<T>(items: T[], distances: number[], wanted: number, item: T, distanceSq: number): void {
  if (items.length === wanted && !(distanceSq < (distances[wanted - 1] ?? 0))) return;
  let at = Math.min(items.length, wanted - 1);
  while (at > 0 && (distances[at - 1] ?? 0) > distanceSq) {
    items[at] = items[at - 1] as T;
    distances[at] = distances[at - 1] ?? 0;
    at -= 1;
  }
  items[at] = item;
  distances[at] = distanceSq;
}
