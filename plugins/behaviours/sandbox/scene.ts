import type { Seen } from "../api/view.ts";

/** The actors of a room, by row. It changes when one comes or goes, not when one moves. */
export interface ActorTable {
  /** Another number for each other table of a room. */
  readonly version: number;
  readonly ids: readonly string[];
  readonly kinds: readonly string[];
  readonly names: readonly string[];
}

/** Numbers of one row among the poses: x, y, z, yaw. */
export const POSE_NUMBERS = 4;
/** Actors that one look tells at most. */
const SEEN_MOST = 16;

/** What scripts of a room may see at one tick. */
export class Scene {
  readonly #table: ActorTable;
  readonly #poses: Float32Array;
  readonly #senseM: number;

  /** @param senseM no script sees farther */
  constructor(table: ActorTable, poses: Float32Array, senseM: number) {
    this.#table = table;
    this.#poses = poses;
    this.#senseM = senseM;
  }

  /** Actors around a row within a radius, nearest first; the row itself is none of them. */
  near(row: number, radiusM: number, kind: string): Seen[] {
    const { kinds } = this.#table;
    const poses = this.#poses;
    const mostM = Math.min(radiusM, this.#senseM);
    const x = poses[row * POSE_NUMBERS] ?? 0;
    const z = poses[row * POSE_NUMBERS + 2] ?? 0;
    const found: [row: number, square: number][] = [];
    for (let other = 0; other < kinds.length; other++) {
      const dx = (poses[other * POSE_NUMBERS] ?? 0) - x;
      const dz = (poses[other * POSE_NUMBERS + 2] ?? 0) - z;
      const square = dx * dx + dz * dz;
      if (!(square <= mostM * mostM) || other === row || (kind !== "" && kinds[other] !== kind)) continue;
      found.push([other, square]);
    }
    found.sort((one, two) => one[1] - two[1]);
    return found.slice(0, SEEN_MOST).map(([other, square]) => this.#seen(other, Math.sqrt(square)));
  }

  /** The pose of a row: what the script knows of itself. */
  pose(row: number): { x: number; y: number; z: number; yaw: number } {
    const at = row * POSE_NUMBERS;
    const number = (offset: number) => toMillimetres(this.#poses[at + offset] ?? 0);
    return { x: number(0), y: number(1), z: number(2), yaw: number(3) };
  }

  /** Id and kind of a row. */
  who(row: number): { id: string; kind: string } {
    return { id: this.#table.ids[row] ?? "", kind: this.#table.kinds[row] ?? "" };
  }

  #seen(row: number, distance: number): Seen {
    const { names } = this.#table;
    const away = toMillimetres(distance);
    return { ...this.who(row), name: names[row] ?? "", ...this.pose(row), distance: away };
  }
}

/** A float32 as text has 17 digits, and most of the cost of a look is to read them. */
const toMillimetres = (value: number) => Math.round(value * 1_000) / 1_000;
