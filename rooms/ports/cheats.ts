/**
 * What happens to a player who comes to the threshold. `off`: nothing is counted; `note`: a flag for
 * operators, and the game's `onCheatSuspected`; `slow`: half the input frames and messages for a minute, too;
 * `kick`: out of the room, too.
 */
export type CheatAction = "off" | "note" | "slow" | "kick";

/** Every action, the mildest first. */
export const CHEAT_ACTIONS = ["off", "note", "slow", "kick"] as const satisfies readonly CheatAction[];

/** An input frame that a room took: the room's tick, direction and buttons. */
export type LastInput = readonly [tick: number, moveX: number, moveZ: number, buttons: number];

/** A player who came to the threshold. */
export interface CheatFlag {
  readonly account: string;
  readonly character: string;
  /** Name of the game, and id of the room. */
  readonly game: string;
  readonly roomId: string;
  readonly score: number;
  /** Points by signal, the greatest first. */
  readonly signals: Readonly<Record<string, number>>;
  readonly action: CheatAction;
  /** The last input frames, oldest first; none in a room without a world. */
  readonly inputs: readonly LastInput[];
}

/** Settings of a process for the cheat detection of its rooms, and where its flags are kept. */
export interface CheatPort {
  readonly settings: { readonly threshold: number; readonly action: CheatAction };
  /** Queues a flag for the next write. Never throws, never waits; a failed write is logged. */
  raise(flag: CheatFlag): void;
}
