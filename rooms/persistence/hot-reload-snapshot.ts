import type { Client } from "@colyseus/core";
import { type Schema, TypeContext } from "@colyseus/schema";
import { type Actor, type Avatar, Prop, type Space, type WorldState } from "../../shared/index.ts";
import { describe, type Player } from "../player.ts";
import type { CharacterPort, Place, Role } from "../ports/ports.ts";

/** The players and actors that a room hands to the one that replaces it after an edit. JSON only. */
export interface HotReloadSnapshot {
  actors: Record<string, KeptActor>;
  players: KeptPlayer[];
  /** Fields of the game's room, by `onKeep`. */
  game: unknown;
}

interface KeptActor {
  /** Name of its class: Colyseus restores every actor of a map as the map's base class. */
  type: string;
  fields: object;
}

interface KeptPlayer {
  sessionId: string;
  characterId: string;
  epoch: number;
  role: Role;
  address: string;
  signInId?: string | undefined;
  stats: Record<string, unknown>;
  statsChanged: boolean;
  savedPlace: Place;
}

/** Takes a snapshot of the players and actors of a room that is about to be replaced. */
export function takeHotReloadSnapshot(
  state: WorldState,
  players: ReadonlyMap<string, Player>,
  game: unknown,
): HotReloadSnapshot {
  const actors: HotReloadSnapshot["actors"] = {};
  state.actors.forEach((actor, id) => {
    actors[id] = { type: actor.constructor.name, fields: actor.toJSON() };
  });
  return {
    actors,
    game,
    players: [...players.values()].map(
      ({ sessionId, claim, role, address, signInId, stats, statsChanged, savedPlace }) => ({
        sessionId,
        characterId: claim.sheet.id,
        epoch: claim.epoch,
        role,
        address,
        signInId,
        stats,
        statsChanged,
        savedPlace,
      }),
    ),
  };
}

/**
 * Restores actors: into those that the new room has placed under the same id, else as new ones of their
 * former class. Actors that only the new room has stay, because an edit may have added them. Avatars are left
 * to their players.
 *
 * @param placed what the new room has placed when it opened
 */
export function restoreActors(
  state: WorldState,
  placed: ReadonlyMap<string, Actor>,
  kept: HotReloadSnapshot,
  space: Space | undefined,
): void {
  const classes = classesOf(state);
  // Colyseus has filled the map with actors of the base class by now.
  state.actors.clear();
  for (const [id, actor] of placed) state.actors.set(id, actor);
  for (const [id, { type, fields }] of Object.entries(kept.actors)) {
    const known = placed.get(id);
    const Type = classes.get(type);
    if (known) known.restore(fields as never);
    else if (Type && !("away" in fields) && !id.startsWith("loose-"))
      state.actors.set(id, new Type().restore(fields as never) as Actor);
    const body = space?.loose.get(id)?.body;
    if (!body || !(known instanceof Prop)) continue;
    body.position.set(known.x, known.y, known.z);
    body.quaternion.set(known.qx, known.qy, known.qz, known.qw);
  }
}

/** The players of the former room; those whose lease was lost are left out. */
export function* restorePlayers<A extends Avatar>(
  kept: HotReloadSnapshot,
  characters: CharacterPort,
  createAvatar: (of: Pick<Player, "client" | "claim">) => A,
): Generator<Player<A>> {
  for (const was of kept.players) {
    const claim = characters.held(was.characterId, was.epoch);
    const fields = kept.actors[was.sessionId]?.fields;
    if (!claim || !fields) continue;
    const client = absentClient(was.sessionId);
    const avatar = createAvatar({ client, claim }).restore(fields as never) as A;
    const { address, signInId, stats, statsChanged, savedPlace } = was;
    const player = describe<A>(client, claim, avatar, was);
    yield Object.assign(player, { address, signInId, stats, statsChanged, savedPlace });
  }
}

/** The connection of a player who has not returned yet, or of a re-run: it sends nothing. */
export function absentClient(sessionId: string): Client {
  return { sessionId, leave() {}, send() {} } as unknown as Client;
}

/** Schema classes that the state may hold, by name; after an edit the youngest of a name. */
function classesOf(state: WorldState): Map<string, new () => Schema> {
  const { types } = new TypeContext(state.constructor as typeof Schema);
  return new Map(Object.values(types).map((Type) => [Type.name, Type as new () => Schema]));
}
