/** A seeded generator. Its state can be saved and restored, so that a restored room continues alike. */
export interface Random {
  /** The next number, from 0 inclusive to 1 exclusive. */
  (): number;
  /** An unsigned 32-bit integer: all that the numbers to come depend on. */
  state: number;
}

/**
 * A seeded generator of numbers in [0, 1), so that a step that needs chance stays deterministic and a failing
 * seed can be replayed. Same seed, same sequence, on every machine.
 *
 * @param seed any 32-bit integer
 * @see mulberry32 by Tommy Ettinger, public domain:
 *   https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 * @example
 * const random = seeded(7);
 * const angle = random() * Math.PI * 2;
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Object.defineProperty(next, "state", {
    get: () => state,
    set: (saved: number) => {
      state = saved >>> 0;
    },
  }) as Random;
}
