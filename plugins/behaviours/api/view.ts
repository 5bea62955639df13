/** What an actor heard since its last decision: an event by name, what came with it, and from whom. */
export type Heard = readonly [name: string, payload: unknown, from: string | null];

/** What a script is told at a decision. `near` it asks for. */
export interface View {
  /** Number of the room's tick. */
  readonly tick: number;
  /** Simulated seconds since the room's world began. */
  readonly time: number;
  /** Seed of the decision's chance: any 32-bit integer. */
  readonly chance: number;
  /** The actor itself: id, kind, pose, whether it moves, and what the game adds. */
  readonly self: Readonly<Record<string, unknown>>;
  readonly heard: readonly Heard[];
}

/** An actor that a script sees. Metres and radians. */
export interface Seen {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
  /** On the ground plane. */
  readonly distance: number;
}

/** Finds actors around the one that decides, nearest first. `kind` "": any. */
export type Near = (radiusM: number, kind: string) => readonly Seen[];
