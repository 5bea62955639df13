import { type AuthContext, generateId, matchMaker, type SortOptions } from "@colyseus/core";
import {
  type GameListing,
  GameRoom,
  type Identity,
  type Ports,
  type RoomPlugins,
  type WorldRoom,
} from "../rooms/index.ts";
import {
  type JoinAttempt,
  matchKey,
  orJoinError,
  readMatch,
  refusingPlugins,
  SORT_BY,
} from "../rooms/internal.ts";
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
  for (const [game, Game] of Object.entries(games)) checkGame(game, Game);
  checkPortals(games);
  return Object.entries(games).map(([game, Game]) => {
    const defined = matchMaker.defineRoomType(game, withSignIn(game, Game, ports), { ports, plugins });
    matchJoins(defined, Game.listing);
    return { game, ...Game.listing };
  });
}

/**
 * Strangers meet who ask for the same. All values are one condition: a join that leaves one out must not fit
 * every room, and no option may take the name of something else that a room is found by.
 */
function matchJoins(
  defined: { getFilterOptions(options: unknown): object; sortOptions?: SortOptions },
  { matchBy, sortBy }: GameListing,
): void {
  if (matchBy)
    defined.getFilterOptions = (options: unknown) => ({
      match: matchKey(matchBy, readMatch(matchBy, options)),
    });
  if (sortBy) defined.sortOptions = SORT_BY[sortBy];
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
    override async onCreate(options: unknown): Promise<void> {
      await super.onCreate(options);
      await orJoinError((async () => this.checkOpened())());
    }
    static async onAuth(
      ticket: string | undefined,
      options: unknown,
      context: AuthContext,
    ): Promise<Identity> {
      // Before the ticket is used up.
      await orJoinError((async () => void readMatch(Game.listing.matchBy, options))());
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
 * The games that a server/main exports.
 *
 * @throws CONFIG_INVALID there are none
 */
export function readGames({ games }: { readonly games?: Games }, file: string): Games {
  if (!games) throw new RoomkeepError("CONFIG_INVALID", `${file} does not export \`games\`.`);
  if (Object.keys(games).length === 0)
    throw new RoomkeepError("CONFIG_INVALID", `\`games\` of ${file} has no game: \`{ yard: YardRoom }\`.`);
  return games;
}

/**
 * Makes one room of a game, which never opens, and looks at it. A game that sets itself up in an `onCreate`
 * of its own is looked at when a room opens.
 *
 * @throws GAME_INVALID, STATE_UNTRACKED
 */
function checkGame(game: string, Game: GameClass): void {
  if (typeof Game !== "function" || !(Game.prototype instanceof GameRoom))
    throw new RoomkeepError(
      "GAME_INVALID",
      `"${game}" is no room class: export a class that extends WorldRoom or GameRoom.`,
    );
  if (Game.prototype.onCreate !== GameRoom.prototype.onCreate) return;
  const room = makeOne(game, Game);
  room.check();
  const { level } = room as unknown as Partial<Pick<WorldRoom, "level">>;
  if (!level || level === Game.level || level.portals.length === 0) return;
  const text = `${Game.name} has its level as \`override level\`, and its portals could not be followed: write \`static override readonly level\`.`;
  throw new RoomkeepError("GAME_INVALID", text);
}

function makeOne(game: string, Game: GameClass): GameRoom {
  try {
    return new Game();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("GAME_INVALID", `No room of "${game}" can be made: ${reason}`, { cause });
  }
}

/**
 * Follows every portal of the games' levels to its other side.
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
