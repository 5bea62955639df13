import { useEffect, useState } from "preact/hooks";
import type { AnyRoom } from "../room/joined-room.ts";
import { playersOf, type RoomPlayer } from "../room/room-players.ts";

/** The players of a room; the component is drawn anew when one of them has changed. */
export function usePlayers(room: AnyRoom | undefined): readonly RoomPlayer[] {
  const [players, setPlayers] = useState<readonly RoomPlayer[]>([]);
  useEffect(() => {
    let last = "";
    const read = () => {
      const now = playersOf(room);
      const text = JSON.stringify(now);
      if (text !== last) setPlayers(now);
      last = text;
    };
    read();
    room?.onStateChange(read);
    return () => room?.onStateChange.remove(read);
  }, [room]);
  return players;
}
