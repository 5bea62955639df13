import type { AnyRoom } from "./joined-room.ts";

/** As what a room is joined, if not as a player. */
export type JoinAs = "screen" | "spectator";

const roles = new WeakMap<AnyRoom, JoinAs>();

/** Notes as what a room was joined; undefined: as a player. */
export function noteRole(room: AnyRoom, as: JoinAs | undefined): void {
  if (as) roles.set(room, as);
}

/** As what a room was joined; undefined: as a player. */
export function roleIn(room: AnyRoom | undefined): JoinAs | undefined {
  return room && roles.get(room);
}
