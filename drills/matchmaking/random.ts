import { seeded } from "../../shared/index.ts";

/** Numbers by chance that are the same for the same seed. */
export interface SeededRandom {
  /** 0 to 1, without 1. */
  next(): number;
  /** Of mean 0 and spread 1. */
  normal(): number;
}

/** Opens them. */
export function createRandom(seed: number): SeededRandom {
  const next = seeded(seed);
  return {
    next,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
