/** Collision layers as bits: a body is in one and says with which it collides. */
export const LAYER = {
  /** Ground, walls, stairs: never moves. */
  solid: 1,
  /** Crates, balls: moved by the physics. */
  loose: 2,
  /** Players' bodies: moved by their step, push what is loose. */
  walker: 4,
} as const;
