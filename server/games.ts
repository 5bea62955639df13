import { type AuthContext, generateId, matchMaker } from "@colyseus/core";
import type { GameRoom, Identity, Ports, RoomPlugins, WorldRoom } from "../rooms/index.ts";
import { type JoinAttempt, orJoinError, refusingPlugins } from "../rooms/internal.ts";
import { type ItemTemplate, type ItemTemplates, RoomkeepError } from "../shared/index.ts";
import type { GameEntry } from "./http/api/rooms.ts";

/**
 * A game's room class: extends `GameRoom` or `WorldRoom`, with a static `listing`, and is constructed by
 * Colyseus without arguments.
 */
export type GameClass = (new () => GameRoom) &
  Pick<typeof GameRoom, "listing" | "items"> &
  Partial<Pick<typeof WorldRoom, "level">>;
/** Rooms by the name under which clients join them. */
export type Games = Record<string, GameClass>;

/**
 * Registers the games with Colyseus, each with the ports, plugins and sign-in of this process.
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
 * @throws CONFIG_INVALID two games define one item differently
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

/**
 * Adds the sign-in to a room class. Colyseus calls the static `onAuth` unbound, so it closes over the ports.
 * Join options play no part.
 */
function withSignIn(game: string, Game: GameClass, ports: Ports): GameClass {
  // Matchmaking calls again with the same context when a room filled up meanwhile; the ticket is used up by
  // then.
  const admitted = new WeakMap<AuthContext, Promise<Identity>>();
  const Signed = class extends (Game as new () => GameRoom) {
    static async onAuth(
      ticket: string | undefined,
      options: unknown,
      context: AuthContext,
    ): Promise<Identity> {
      const known = admitted.get(context);
      if (known) return known;
      const attempt = { game, roomId: roomAsked(context), address: context.ip ?? "" };
      const identity = orJoinError(admit(ports, ticket, attempt, readReturnToken(options)), (error) =>
        ports.log.error({ err: error, game }, "a ticket could not be checked"),
      );
      admitted.set(context, identity);
      return identity;
    }
  };
  Object.defineProperty(Signed, "name", { value: Game.name });
  return Signed as unknown as GameClass;
}

/** Verifies the ticket and takes a waiting seat, whose session id is known before its room is found. */
async function admit(
  ports: Ports,
  ticket: string | undefined,
  attempt: JoinAttempt,
  returnToken: string | undefined,
): Promise<Identity> {
  const verified = await ports.verify(ticket, attempt);
  const stay = ports.returns.read(returnToken);
  const wasIn = stay?.characterId === verified.characterId ? stay.roomId : undefined;
  const identity = { ...verified, sessionId: generateId(), wasIn };
  await ports.seats.take(identity, identity.sessionId);
  return identity;
}

function readReturnToken(options: unknown): string | undefined {
  const { returnToken } = (options ?? {}) as { returnToken?: unknown };
  return typeof returnToken === "string" ? returnToken : undefined;
}

/** Id of the room in a join by id, which is in the path; undefined in other matchmaking requests. */
function roomAsked({ req }: AuthContext): string | undefined {
  const url = (req as Request | undefined)?.url;
  if (url === undefined) return undefined;
  const [, roomId] = /\/matchmake\/joinById\/([^/]+)$/.exec(new URL(url, "http://host").pathname) ?? [];
  return roomId === undefined ? undefined : decodeURIComponent(roomId);
}

/**
 * Checks that every portal of the games' levels leads to a game and a spawn.
 *
 * @throws PORTAL_UNKNOWN if one leads to no game, or to a spawn that the level there does not name
 */
export function checkPortals(games: Games): void {
  for (const [game, { level }] of Object.entries(games)) {
    for (const [i, { to, spawn }] of (level?.portals ?? []).entries()) {
      if (to === "back") continue; // to the room that the player came from
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
