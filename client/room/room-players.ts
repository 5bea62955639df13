import type { Avatar } from "../../shared/index.ts";
import type { AnyRoom } from "./joined-room.ts";

/** A player of the open room, with or without a world. */
export interface RoomPlayer {
  readonly sessionId: string;
  readonly name: string;
  /** Index into COLORS. */
  readonly color: number;
  readonly away: boolean;
  /** True: nobody sits there; the game's bot plays. */
  readonly bot: boolean;
}

/** The players of a room: its seats, or in a world its avatars. */
export function playersOf(room: Pick<AnyRoom, "state"> | undefined): RoomPlayer[] {
  const players: RoomPlayer[] = [];
  room?.state?.seats?.forEach(({ name, color, away, bot }, sessionId) => {
    players.push({ sessionId, name, color, away, bot });
  });
  room?.state?.actors?.forEach((actor, sessionId) => {
    const { kind, name, color, away } = actor as Avatar;
    if (kind === "avatar") players.push({ sessionId, name, color, away, bot: false });
  });
  return players;
}

/** The name of a player of a room; empty when they are not in it. */
export function nameIn(room: Pick<AnyRoom, "state">, sessionId: string): string {
  const avatar = room.state?.actors?.get(sessionId) as Partial<Avatar> | undefined;
  return room.state?.seats?.get(sessionId)?.name ?? avatar?.name ?? "";
}
