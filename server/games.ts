import { type AuthContext, generateId, matchMaker } from "@colyseus/core";
import type { GameRoom, Identity, Ports, RoomPlugins, WorldRoom } from "../rooms/index.ts";
import { type JoinAttempt, orJoinError, refusingPlugins } from "../rooms/internal.ts";
import { type ItemTemplate, type ItemTemplates, RoomkeepError } from "../shared/index.ts";
import type { GameEntry } from "./http/api/rooms.ts";

/** A game's room class. */
export type GameClass = (new () => GameRoom) &
  Pick<typeof GameRoom, "listing" | "items"> &
  Partial<Pick<typeof WorldRoom, "level">>;
/** Rooms by the name under which clients join them. */
export type Games = Record<string, GameClass>;

/**
 * Tells Colyseus of the games: each with this process's ports, its plugins and its sign-in.
 *
 * @throws PORTAL_UNKNOWN
 */
export function defineGames(games: Games, ports: Ports, plugins: RoomPlugins = refusingPlugins): GameEntry[] {
  checkPortals(games);
  return Object.entries(games).map(([game, Game]) => {
    matchMaker.defineRoomType(game, withSignIn(game, Game, ports), { ports, plugins });
    return { game, ...Game.listing };
  });
}

/**
 * The items of all games together.
 * @throws CONFIG_INVALID two games say different things about one name
 */
export function itemsOf(games: Games): ItemTemplates {
  const all = new Map<string, { game: string; template: ItemTemplate }>();
  for (const [game, { items }] of Object.entries(games)) {
    for (const [name, template] of Object.entries(items)) {
      const other = all.get(name);
      if (other && (other.template.stack !== template.stack || other.template.wornAt !== template.wornAt)) {
        const text = `The games ${other.game} and ${game} describe the item "${name}" differently.`;
        throw new RoomkeepError("CONFIG_INVALID", text);
      }
      all.set(name, { game, template });
    }
  }
  return Object.fromEntries([...all].map(([name, { template }]) => [name, template]));
}

/** Colyseus calls the static `onAuth` unbound, so it closes over the ports. Join options say nothing here. */
function withSignIn(game: string, Game: GameClass, ports: Ports): GameClass {
  // Matchmaking asks again with the same context when a room filled up meanwhile; the ticket is used up by then.
  const letIn = new WeakMap<AuthContext, Promise<Identity>>();
  const Signed = class extends (Game as new () => GameRoom) {
    static async onAuth(
      ticket: string | undefined,
      _options: unknown,
      context: AuthContext,
    ): Promise<Identity> {
      const known = letIn.get(context);
      if (known) return known;
      const knock = { game, roomId: roomAsked(context), address: context.ip ?? "" };
      const identity = orJoinError(letInBy(ports, ticket, knock), (error) =>
        ports.log.error({ err: error, game }, "a ticket could not be checked"),
      );
      letIn.set(context, identity);
      return identity;
    }
  };
  Object.defineProperty(Signed, "name", { value: Game.name });
  return Signed as unknown as GameClass;
}

/** By the ticket, to a seat whose id is known before its room is found. */
async function letInBy(ports: Ports, ticket: string | undefined, knock: JoinAttempt): Promise<Identity> {
  const identity = { ...(await ports.verify(ticket, knock)), sessionId: generateId() };
  await ports.seats.take(identity, identity.sessionId);
  return identity;
}

/** The room that the client named: matchmaking by id has it in its path, all else has a game there. */
function roomAsked({ req }: AuthContext): string | undefined {
  const url = (req as Request | undefined)?.url;
  if (url === undefined) return undefined;
  const [, roomId] = /\/matchmake\/joinById\/([^/]+)$/.exec(new URL(url, "http://host").pathname) ?? [];
  return roomId === undefined ? undefined : decodeURIComponent(roomId);
}

/**
 * Follows every portal of the games' levels to its other side.
 *
 * @throws PORTAL_UNKNOWN if one leads to no game, or to a spawn that the level there does not name
 */
export function checkPortals(games: Games): void {
  for (const [game, { level }] of Object.entries(games)) {
    for (const [i, { to, spawn }] of (level?.portals ?? []).entries()) {
      if (to === "back") continue; // wherever one came from
      const where = `Portal ${i} of the level "${level?.name}" (${game}) leads to`;
      const target = Object.hasOwn(games, to) ? games[to] : undefined;
      if (!target) {
        const known = Object.keys(games).join(", ");
        throw new RoomkeepError(
          "PORTAL_UNKNOWN",
          `${where} "${to}", which is no game here. There are: ${known}.`,
        );
      }
      if (spawn === undefined || target.level?.spawns.some(({ name }) => name === spawn)) continue;
      throw new RoomkeepError(
        "PORTAL_UNKNOWN",
        `${where} the spawn "${spawn}" of "${to}", which has none of this name.`,
      );
    }
  }
}
