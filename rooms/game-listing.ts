import { z } from "zod";
import { defineLevel, RoomkeepError } from "../shared/index.ts";
import type { LastingOptions } from "./lasting/lasting-match.ts";
import type { MatchBy, RoomOrder } from "./match-options.ts";
import type { Channel } from "./messaging/channel.ts";
import type { RoomPlugins } from "./plugins.ts";
import type { Ports, ReturnPort } from "./ports/ports.ts";
import type { ViewerKind } from "./viewers/viewer-kind.ts";
import type { SpectatorOptions } from "./viewers/viewer-limits.ts";

/** Fields of a room in the room list. */
export interface RoomListing {
  label: string;
  game: string;
  /** What joins are matched by: only those with the same meet here. */
  match?: string | undefined;
  /** Who watches, beside the players; left out where the game takes no viewers. */
  watching?: Readonly<Record<ViewerKind, number>>;
}

/** What a builder says of a game once, for lists and matchmaking. */
export interface GameListing {
  /** Name that players read. */
  label: string;
  /** One line for the list. */
  description: string;
  /** Seats; a room that has none left is skipped by matchmaking. */
  maxPlayers: number;
  /** True: each new room is entered by its code only. */
  private?: boolean;
  /** True: each party, or player without one, gets a room of its own; others are not let in. */
  instance?: boolean;
  /**
   * True: travellers who find it full get an overflow room instead of staying where they are. Not for kept
   * zones.
   */
  overflow?: boolean;
  /**
   * Join options by which strangers are matched: those who ask for different values never meet. By names, or
   * with the values that each may have; anything else is refused with MATCH_INVALID. The room has its own as
   * `match`. Whoever comes by code or invitation is let in; a portal leads to the first values.
   *
   * @example
   * matchBy: { mode: ["red", "blue"], map: ["hills", "docks"] }, // joins: { mode: "blue" }
   */
  matchBy?: MatchBy;
  /** Which of several open rooms a join gets. Default: the fullest in a cluster, else the oldest. */
  sortBy?: RoomOrder;
  /**
   * Spectators: `max` of a room, beside its players; with `delayS` all that they are sent is so many seconds
   * old. They see no secrets of players. Left out: none are let in.
   *
   * @example
   * spectators: { max: 50, delayS: 20 }, // joins: { as: "spectator" }
   */
  spectators?: SpectatorOptions;
  /** Screens of a room, such as a TV, without a seat. Default 0. A join with `as: "screen"` opens a room. */
  screens?: number;
  /** Seconds that a room with a screen and no player stays open: 5 to 86,400. Default 900. */
  screenWaitS?: number;
  /**
   * The match outlives its room: it is in the database from its first act on, and opens again in its state
   * when one of its players comes back, by the room's code or from "my games". Only for a game with a
   * `GameState` and phases. See docs/durability.md.
   *
   * @example
   * lasting: { days: 30 },
   */
  lasting?: LastingOptions;
  /** What players may not send here, such as `["chat", "whisper"]`; it is refused with CHANNEL_CLOSED. */
  closed?: readonly Channel[];
}

/** @throws MESSAGE_INVALID a client asked for what a room cannot be created with */
export function readCreateOptions(options: unknown): z.infer<typeof createOptions> {
  const { data, error } = createOptions.safeParse(options);
  if (data) return data;
  const [issue] = error.issues;
  throw new RoomkeepError("MESSAGE_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
}

/**
 * What a room is created with: the client's wishes, and what only the server's definition can give: ports,
 * plugins.
 */
const createOptions = z.object({
  private: z.boolean().optional(),
  instance: z.string().max(64).optional(),
  successor: z.boolean().optional(),
  /** Of somebody who comes back: see {@link ReturnPort}. */
  returnToken: z.string().max(1_000).optional().catch(undefined),
  ports: z.custom<Ports>(),
  plugins: z.custom<RoomPlugins>(),
});

export type CreateOptions = z.output<typeof createOptions>;

/** The level of a room that names none. */
export const flatField = defineLevel({
  name: "field",
  bounds: { min: [-20, -20], max: [20, 20] },
  spawns: [{ at: [0, 0, 0], radius: 3 }],
});
