/**
 * Quick ways that rest on undocumented parts of Node, ws or Colyseus. Each has a documented way in its place,
 * which is taken where a part is missing or the fast path is switched off: slower, and the same on the wire.
 */
export const FAST_PATHS = [
  /**
   * Input frames go from the memory they were read into to the room. Otherwise: the WebSocket's "message"
   * event.
   */
  "socket-read",
  /**
   * Shared frames go to the socket, past the sender of `ws`. Otherwise: `client.raw`, a copy for each client.
   */
  "socket-stream",
  /** They go to the socket's handle, past Node's stream. Needs "socket-stream"; otherwise: `socket.write`. */
  "socket-handle",
  /**
   * A join ends without the deletion of a field, so that V8 keeps the client's shape. Otherwise: as Colyseus
   * does.
   */
  "client-shape",
  /**
   * No search for dropped references after an input frame, which holds none. Otherwise: the decoder searches.
   */
  "input-sweep",
] as const;

/** The name of a fast path, as in ROOMKEEP_FAST_PATHS. */
export type FastPath = (typeof FAST_PATHS)[number];

/**
 * Reads which fast paths are in use: "on" for all, "off" for none, or names with commas between.
 *
 * @returns undefined if a name is none
 */
export function readFastPaths(text: string): readonly FastPath[] | undefined {
  if (text === "on") return FAST_PATHS;
  if (text === "off") return [];
  const names = text.split(",").map((name) => name.trim());
  const isKnown = names.every((name) => FAST_PATHS.some((path) => path === name));
  return isKnown ? FAST_PATHS.filter((path) => names.includes(path)) : undefined;
}
