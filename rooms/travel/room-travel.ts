import { matchMaker, type Presence } from "@colyseus/core";
import type { Avatar, Level } from "../../shared/index.ts";
import { roomMessages } from "../../shared/internal.ts";
import type { MessageRouter } from "../messaging/message-router.ts";
import type { Player } from "../player.ts";
import type { CharacterPort, Identity, Log } from "../ports/ports.ts";
import { openOverflowRooms } from "./overflow-rooms.ts";
import { openParties, type Parties } from "./party.ts";
import { openTravel, type Travel } from "./travel.ts";

/**
 * The ways into and out of a room, and the parties that take them together. Made by {@link openRoomTravel}.
 */
export interface RoomTravel<A extends Avatar> extends Travel<A> {
  readonly parties: Parties<A>;
  /** Reports the player's place to the party. A player who lost it when a process died is sent after it. */
  arrived(player: Player<A>, identity: Identity): Promise<void>;
}

/** The part of a room that travel and parties use. */
export interface RoomTravelHost<A extends Avatar> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly roomId: string;
  readonly roomName: string;
  /** The room's name for players. */
  readonly label: string;
  readonly presence: Presence;
  readonly characters: CharacterPort;
  readonly log: Log;
  readonly router: MessageRouter<Player<A>>;
  /** See `RoomPart.hears`. */
  readonly hears: ((listener: Player<A>, speakerAccountId: string) => boolean) | undefined;
  level(): Level;
  zone(): string | undefined;
  /** Longest wait for an arrival, ms. */
  waitMs(): number;
  /** Takes a player out of the room; saves nothing. */
  remove(sessionId: string): void;
}

/** Opens travel, parties and overflow rooms for one room, and registers their messages. */
export async function openRoomTravel<A extends Avatar>(host: RoomTravelHost<A>): Promise<RoomTravel<A>> {
  const { roomId, roomName, router } = host;
  const parties = await openParties<A>(host, router);
  const travel = openTravel<A>({
    ...host,
    companions: (player) => parties.companions(player),
    instanceKey: ({ claim }) => parties.keyOf(claim.sheet.id),
  });
  openOverflowRooms<A>(
    {
      roomId,
      roomName,
      send: (group, goal) => travel.send(group, goal),
      companions: (player) => parties.companions(player).along,
    },
    router,
  );
  router.reply("travel.back", roomMessages["travel.back"], (player, { seat }) => travel.cannot(player, seat));
  return {
    ...travel,
    parties,
    async arrived(player, { journey }) {
      const partysRoom = await parties.enter(player);
      // A player who was sent here has lost nobody.
      if (journey || !partysRoom) return;
      const room = await matchMaker.driver.findOne({ roomId: partysRoom });
      if (room) await travel.send([player], { to: room.name, roomId: partysRoom });
    },
  };
}
