import type { WorldState } from "../../shared/index.ts";
import { type ActorLabel, type ActorSpot, type PictureFrame, takePicture } from "./picture.ts";

/** Numbers of one actor in one picture: index, x, z, heading, y; lengths in centimetres. */
const NUMBERS = 5;

/** Pictures in few bytes: five numbers an actor. */
export class FrameStore {
  readonly #frames: { readonly tick: number; readonly spots: Int32Array }[] = [];
  readonly #ids: string[] = [];
  readonly #index = new Map<string, number>();
  readonly who: Record<string, ActorLabel> = {};
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  add(tick: number, actors: WorldState["actors"], players: { has(id: string): boolean }): void {
    const { actors: spots, who } = takePicture({ actors }, players, tick, "");
    Object.assign(this.who, who);
    const numbers = spots.flatMap(([id, x, z, heading, y]) => [
      this.#indexOf(id),
      ...[x, z, heading, y].map((value) => Math.round(value * 100)),
    ]);
    const packed = Int32Array.from(numbers);
    this.#bytes += packed.byteLength;
    this.#frames.push({ tick, spots: packed });
  }

  *between(fromTick: number, toTick: number): Iterable<PictureFrame> {
    for (const { tick, spots } of this.#frames) {
      if (tick < fromTick || tick > toTick) continue;
      const actors = Array.from({ length: spots.length / NUMBERS }, (_, i) => this.#spot(spots, i));
      yield { tick, actors };
    }
  }

  /** Tick, x, z and heading of an actor in each picture that has it. */
  path(id: string): [number, number, number, number][] {
    const wanted = this.#index.get(id);
    if (wanted === undefined) return [];
    return this.#frames.flatMap(({ tick, spots }): [number, number, number, number][] => {
      for (let i = 0; i < spots.length / NUMBERS; i++) {
        if (spots[i * NUMBERS] !== wanted) continue;
        const [, x, z, heading] = this.#spot(spots, i);
        return [[tick, x, z, heading]];
      }
      return [];
    });
  }

  #spot(spots: Int32Array, i: number): ActorSpot {
    const at = (n: number) => spots[i * NUMBERS + n] ?? 0;
    return [this.#ids[at(0)] ?? "", at(1) / 100, at(2) / 100, at(3) / 100, at(4) / 100];
  }

  #indexOf(id: string): number {
    const known = this.#index.get(id);
    if (known !== undefined) return known;
    this.#index.set(id, this.#ids.push(id) - 1);
    return this.#ids.length - 1;
  }
}
