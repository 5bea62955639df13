import { seeded } from "../../shared/random.ts";

/** Steps a second, and metres a second. */
export const CROWD_HZ = 20;
const SPEED = 5;
/** Interest radius of a client, metres. */
export const INTEREST_M = 50;

/**
 * The workload that all systems share: avatars on a seeded random walk at 5 m/s in a square, all moving; hp
 * changes about 1 % a second, animation 0.5 times a second. Plain arrays, so that the walk itself costs next
 * to nothing.
 */
export class CrowdWorld {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  readonly yaw: Float64Array;
  readonly hp: Uint8Array;
  readonly animation: Uint8Array;
  readonly count: number;
  readonly sizeM: number;
  readonly #random = seeded(12_345);
  readonly #buckets = new Map<number, number[]>();

  constructor(count: number, sizeM: number) {
    this.count = count;
    this.sizeM = sizeM;
    const made = (): Float64Array => new Float64Array(count);
    [this.x, this.y, this.z, this.yaw] = [made(), made(), made(), made()];
    this.hp = new Uint8Array(count).fill(100);
    this.animation = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      this.x[i] = this.#random() * sizeM;
      this.z[i] = this.#random() * sizeM;
      this.yaw[i] = this.#random() * 2 * Math.PI;
    }
  }

  step(): void {
    const { x, y, z, yaw, hp, animation, sizeM } = this;
    for (let i = 0; i < this.count; i++) {
      let heading = yaw[i]! + (this.#random() - 0.5) * 0.3;
      let nx = x[i]! + (Math.cos(heading) * SPEED) / CROWD_HZ;
      let nz = z[i]! + (Math.sin(heading) * SPEED) / CROWD_HZ;
      if (nx < 0 || nx >= sizeM || nz < 0 || nz >= sizeM) {
        heading += Math.PI;
        nx = Math.min(sizeM - 0.01, Math.max(0, nx));
        nz = Math.min(sizeM - 0.01, Math.max(0, nz));
      }
      x[i] = nx;
      z[i] = nz;
      yaw[i] = (heading + 4 * Math.PI) % (2 * Math.PI);
      y[i] = 5 + 3 * Math.sin(nx * 0.05) + 2 * Math.cos(nz * 0.07);
      const chance = this.#random();
      if (chance < 0.0005) hp[i] = Math.floor(this.#random() * 100);
      else if (chance < 0.0255) animation[i] = (animation[i]! + 1) & 7;
    }
  }

  /** Sorts avatars into squares of the interest's size; before {@link CrowdWorld.near}. */
  sort(): void {
    this.#buckets.clear();
    for (let i = 0; i < this.count; i++) {
      const key = bucket(this.x[i]!, this.z[i]!);
      const list = this.#buckets.get(key);
      if (list === undefined) this.#buckets.set(key, [i]);
      else list.push(i);
    }
  }

  /** Avatars within the interest radius of one, itself included. */
  near(i: number): number[] {
    const [px, pz] = [this.x[i]!, this.z[i]!];
    const found: number[] = [];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dz = -1; dz <= 1; dz++) {
        for (const j of this.#buckets.get(bucket(px + dx * INTEREST_M, pz + dz * INTEREST_M)) ?? []) {
          if ((this.x[j]! - px) ** 2 + (this.z[j]! - pz) ** 2 <= INTEREST_M ** 2) found.push(j);
        }
      }
    }
    return found;
  }
}

function bucket(x: number, z: number): number {
  return (Math.floor(x / INTEREST_M) + 1000) * 100_000 + Math.floor(z / INTEREST_M) + 1000;
}
