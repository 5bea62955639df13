import { type AuthContext, generateId, matchMaker, type SortOptions } from "@colyseus/core";
import type { GameListing, GameRoom, Identity, Ports, RoomPlugins } from "../rooms/index.ts";
import {
  type JoinAttempt,
  matchKey,
  orJoinError,
  readMatch,
  readViewerKind,
  refusingPlugins,
  SORT_BY,
  traceContext,
  type ViewerKind,
  waitingPlaceOf,
} from "../rooms/internal.ts";
import { type ItemTemplate, type ItemTemplates, RoomkeepError } from "../shared/index.ts";
import { checkGames } from "./game-checks.ts";
import type { GameClass, Games } from "./game-class.ts";
import type { GameEntry } from "./http/api/rooms.ts";
import type { OpenRooms } from "./telemetry/metrics/rooms.ts";

const NOWHERE: OpenRooms = { add: () => {}, remove: () => {} };

/**
 * Registers the games with Colyseus, each with the ports, plugins and sign-in of this process.
 *
 * @throws GAME_INVALID, STATE_UNTRACKED, PORTAL_UNKNOWN
 */
export function defineGames(
  games: Games,
  ports: Ports,
  plugins: RoomPlugins = refusingPlugins,
  open: OpenRooms = NOWHERE,
): GameEntry[] {
  checkGames(games);
  return Object.entries(games).map(([game, Game]) => {
    const defined = matchMaker.defineRoomType(game, withSignIn(game, Game, ports, open), { ports, plugins });
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
function withSignIn(game: string, Game: GameClass, ports: Ports, open: OpenRooms): GameClass {
  // Matchmaking calls again with the same context when a room filled up meanwhile; the ticket is used up by
  // then.
  const admitted = new WeakMap<AuthContext, Promise<Identity>>();
  const Signed = class extends (Game as new () => GameRoom) {
    override async onCreate(options: unknown): Promise<void> {
      await super.onCreate(options);
      await orJoinError((async () => this.checkOpened())());
      open.add(this);
    }
    override async onDispose(): Promise<void> {
      open.remove(this);
      await super.onDispose();
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
      const wish = { returnToken: readReturnToken(options), as: readViewerKind(options) };
      const identity = orJoinError(admit(ports, ticket, attempt, wish), (error) =>
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
  { returnToken, as }: { readonly returnToken: string | undefined; readonly as: ViewerKind | undefined },
): Promise<Identity> {
  const verified = await ports.verify(ticket, attempt);
  const stay = ports.returns.read(returnToken);
  const wasIn = stay?.characterId === verified.characterId ? stay.roomId : undefined;
  const trace = traceContext();
  const identity = {
    ...verified,
    sessionId: generateId(),
    wasIn,
    ...(as && { as }),
    ...(trace && { trace }),
  };
  await ports.seats.take(as ? waitingPlaceOf(identity) : identity, identity.sessionId);
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
