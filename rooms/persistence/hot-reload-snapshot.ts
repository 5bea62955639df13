import type { Client } from "@colyseus/core";
import type { SeatsSave } from "../lobby/seats-save.ts";
import type { RoomPlayer } from "../player.ts";
import type { CharacterPort, Claim, Place, Role } from "../ports/ports.ts";
import type { WireShape } from "../replication/stable-serializer.ts";
import type { KeptViewer } from "../viewers/viewer.ts";
import type { KeptActors } from "./hot-reload-actors.ts";
import type { KeptFields } from "./hot-reload-fields.ts";

/** What a room hands to the one that replaces it after an edit. JSON only. */
export interface HotReloadSnapshot {
  /** The state's own fields. */
  readonly state: KeptFields;
  readonly players: readonly KeptPlayer[];
  /** What clients that stay connected hold of the state. */
  readonly wire: WireShape;
  /** Only of a room with a world. */
  readonly world: KeptActors | undefined;
  /** Only of a room with a `GameState`. */
  readonly seats: SeatsSave | undefined;
  /** Fields of the game's room, by `onKeep`. */
  readonly game: unknown;
  /** Who watches. */
  readonly viewers?: readonly KeptViewer[];
}

/** A player of a room that is replaced. */
export interface KeptPlayer {
  readonly sessionId: string;
  readonly characterId: string;
  readonly epoch: number;
  readonly role: Role;
  readonly address: string;
  readonly signInId: string | undefined;
  readonly stats: Record<string, unknown>;
  readonly statsChanged: boolean;
  /** Only of a room with a world. */
  readonly savedPlace: Place | undefined;
}

/** A player as the next room is to have them. */
export function keepPlayer(player: RoomPlayer & { readonly savedPlace?: Place }): KeptPlayer {
  const { sessionId, claim, role, address, signInId, stats, statsChanged, savedPlace } = player;
  const { sheet, epoch } = claim;
  const { id: characterId } = sheet;
  return { sessionId, characterId, epoch, role, address, signInId, stats, statsChanged, savedPlace };
}

/** A player who was in the room, with the claim that this process still has. */
export interface Returning {
  readonly was: KeptPlayer;
  readonly claim: Claim;
  readonly client: Client;
}

/** The players whose lease was not lost meanwhile. */
export function* returningPlayers(
  { players }: HotReloadSnapshot,
  characters: CharacterPort,
): Iterable<Returning> {
  for (const was of players) {
    const claim = characters.held(was.characterId, was.epoch);
    if (claim) yield { was, claim, client: absentClient(was.sessionId) };
  }
}

/** The connection of a player who has not returned yet, or of a re-run: it sends nothing. */
export function absentClient(sessionId: string): Client {
  return { sessionId, leave() {}, send() {} } as unknown as Client;
}
