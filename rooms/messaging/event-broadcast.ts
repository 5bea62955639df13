import { type Client, ClientState } from "@colyseus/core";
import type { GameEvent } from "../../shared/index.ts";
import type { DispatchedKind, EventMessage } from "../../shared/internal.ts";
import type { Player } from "../player.ts";

/**
 * Sends an event to its audience as the message "event", right behind the patch of its tick: a client that
 * hears of an actor has seen it appear. Dropped players miss it.
 */
export function broadcastEvent(
  players: ReadonlyMap<string, Player>,
  event: GameEvent,
  kind: DispatchedKind,
): void {
  const { name, actor, x, z, payload } = event;
  const message: EventMessage = { name, actor, x, z, payload };
  for (const player of audienceOf(players, event, kind)) {
    if (isThere(player.client)) player.client.send("event", message, { afterNextPatch: true });
  }
}

function* audienceOf(
  players: ReadonlyMap<string, Player>,
  event: GameEvent,
  kind: DispatchedKind,
): Iterable<Player> {
  if (kind.to === "owner") {
    const owner = players.get(event.actor ?? "");
    if (owner) yield owner;
    return;
  }
  for (const player of players.values()) {
    if (kind.to === "all" || isNear(player, event, kind.radiusM)) yield player;
  }
}

function isNear({ avatar }: Player, { x = 0, z = 0 }: GameEvent, radiusM: number): boolean {
  const [dx, dz] = [avatar.x - x, avatar.z - z];
  return dx * dx + dz * dz <= radiusM * radiusM;
}

function isThere(client: Client): boolean {
  return client.state === ClientState.JOINED;
}
