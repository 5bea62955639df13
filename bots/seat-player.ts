import type { Room } from "colyseus.js";
import type { GameState, WorldState } from "../shared/index.ts";

/** What a game's bot sees in a seat, and what it sends: see `defineBots` of roomkeep/rooms. */
export type PlaySeat = (view: {
  readonly me: string;
  readonly state: never;
  random(): number;
}) => { readonly type: string; readonly message?: unknown } | undefined;

/** Least and most that a bot thinks, ms. */
const THINK_MS = [500, 2_000] as const;

/** Plays in a seat of a game without a world: ready in the lobby, and then by the game's own bot. */
export function playSeat(
  room: Room<unknown, WorldState>,
  play: PlaySeat | undefined,
  random: () => number,
): void {
  let thinking: NodeJS.Timeout | undefined;
  const decide = () => {
    thinking = undefined;
    const seat = seatOf(room);
    if (!seat || !room.connection.isOpen) return;
    if (stateOf(room).phase === "lobby") {
      if (!seat.ready) room.send("ready", { ready: true });
      return;
    }
    const action = play?.({ me: room.sessionId, state: stateOf(room) as never, random });
    if (action) room.send(action.type, action.message ?? {});
  };
  room.onStateChange(() => {
    if (!seatOf(room)) return;
    const [least, most] = THINK_MS;
    thinking ??= setTimeout(decide, least + random() * (most - least));
  });
  room.onLeave(() => clearTimeout(thinking));
}

const stateOf = (room: Room<unknown, WorldState>) => room.state as unknown as GameState;
const seatOf = (room: Room<unknown, WorldState>) => stateOf(room)?.seats?.get(room.sessionId);
