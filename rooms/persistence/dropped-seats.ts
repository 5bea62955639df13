import type { Client, Deferred } from "@colyseus/core";
import { CLOSE } from "../../shared/index.ts";
import type { RoomPlayer } from "../player.ts";
import type { Log } from "../ports/ports.ts";

/** The part of a room that the seats of dropped players use. */
export interface SeatHost<P extends RoomPlayer> {
  readonly players: ReadonlyMap<string, P>;
  readonly log: Log;
  setAway(player: P, away: boolean): void;
  /** The player is back, by another connection. */
  returned(player: P): void;
  keepSeat(client: Client): Deferred<Client>;
}

/** Keeps the seat of a player whose connection was lost, for as long as the room says. */
export function keepDroppedSeat<P extends RoomPlayer>(
  host: SeatHost<P>,
  client: Client,
  code: number | undefined,
): void {
  const player = host.players.get(client.sessionId);
  if (!player || isFinal(code)) return;
  host.setAway(player, true);
  player.hold = host.keepSeat(client);
  // The seat that runs out, or a room that closes, ends in onLeave.
  player.hold.catch(() => {});
  host.log.info({ player: client.sessionId, code }, "player dropped, seat kept");
}

/** Gives a dropped player who is back the seat, with the new connection. */
export function returnToSeat<P extends RoomPlayer>(host: SeatHost<P>, client: Client): void {
  const player = host.players.get(client.sessionId);
  if (!player) {
    client.leave(CLOSE.TAKEN_OVER);
    return;
  }
  player.client = client;
  player.hold = undefined;
  host.returned(player);
  host.log.info({ player: client.sessionId }, "player returned");
}

/** True for close codes after which the seat is not kept. */
function isFinal(code: number | undefined): boolean {
  if (code === CLOSE.CLOSED) return true;
  return code !== undefined && code >= CLOSE.TAKEN_OVER && code <= CLOSE.SIGNED_OUT;
}
