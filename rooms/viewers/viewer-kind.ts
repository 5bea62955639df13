/**
 * How a client is in a room without a seat. A screen (a TV, a projector) is the room's own picture; a
 * spectator watches, perhaps some seconds later than the players see it.
 */
export type ViewerKind = "screen" | "spectator";

/** The kind that join options ask for as `as`; undefined: a player. */
export function readViewerKind(options: unknown): ViewerKind | undefined {
  const { as } = (options ?? {}) as { as?: unknown };
  return as === "screen" || as === "spectator" ? as : undefined;
}
