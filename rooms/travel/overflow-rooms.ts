import { type IRoomCache, matchMaker } from "@colyseus/core";
import { type Avatar, type Refusal, refuse } from "../../shared/index.ts";
import { roomMessages } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { Goal } from "./portal.ts";
import { matchOf } from "./room-finder.ts";

/** The parts of a room that its overflow rooms need. */
export interface OverflowHost<A extends Avatar> {
  readonly roomId: string;
  readonly roomName: string;
  /** Sends players on together. */
  send(players: readonly Player<A>[], goal: Goal): Promise<void>;
  /** Players who go along with a player. */
  companions(player: Player<A>): readonly Player<A>[];
}

/**
 * A game whose listing has `overflow` opens another room when one is full. Players may list these rooms and
 * move between them; a party goes with its leader.
 */
export function openOverflowRooms<A extends Avatar>(
  host: OverflowHost<A>,
  router: MessageRouter<Player<A>>,
): void {
  const { roomId, roomName } = host;
  const others = async (): Promise<IRoomCache[]> => {
    const open = await matchMaker.query({ name: roomName, private: false });
    const here = open.find((room) => room.roomId === roomId);
    return open.filter(
      (room) => room.roomId !== roomId && !room.locked && (!here || matchOf(room) === matchOf(here)),
    );
  };

  router.ask("siblings", roomMessages.siblings, async (player): Promise<undefined> => {
    const rooms = await others();
    const list = rooms.map(({ roomId: code, clients, maxClients }) => ({
      code,
      players: clients,
      max: maxClients,
    }));
    player.client.send("siblings", { here: roomId, others: list });
  });

  router.ask(
    "travel.sibling",
    roomMessages["travel.sibling"],
    async (player, { code }): Promise<Refusal | undefined> => {
      const party = [player, ...host.companions(player)];
      const room = (await others()).find((one) => one.roomId === code);
      if (!room) return refuse("ROOM_UNKNOWN");
      if (!(room.maxClients - room.clients >= party.length)) return refuse("ROOM_FULL");
      await host.send(party, { to: roomName, roomId: code });
      return undefined;
    },
  );
}
