import type { RoomRow } from "../api/shapes.ts";

/** Which rooms are shown. Empty: all. */
export interface RoomFilter {
  readonly text: string;
  readonly game: string;
  readonly process: string;
}

type Filtered = Pick<RoomRow, "roomId" | "game" | "processId" | "players" | "label">;

/** The rooms that fit, the fullest first. */
export function roomsThat<Room extends Filtered>(
  rooms: readonly Room[],
  { text, game, process }: RoomFilter,
): Room[] {
  const wanted = text.trim().toLowerCase();
  return rooms
    .filter((room) => game === "" || room.game === game)
    .filter(({ processId }) => process === "" || processId === process)
    .filter((room) => wanted === "" || wordsOf(room).includes(wanted))
    .sort((a, b) => b.players - a.players || (a.roomId < b.roomId ? -1 : 1));
}

function wordsOf({ roomId, game, processId, label }: Filtered): string {
  return [roomId, game, processId, label].join(" ").toLowerCase();
}
