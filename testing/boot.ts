import { matchMaker } from "@colyseus/core";
import type { GameRoom, WorldRoom } from "../rooms/index.ts";
import {
  type AnyPlugin,
  type Games,
  IN_MEMORY,
  type RunningServer,
  readConfig,
  startServer,
} from "../server/index.ts";
import { joinAs, type TestPlayer, type WhoJoins } from "./player.ts";

/** A real server in this process, on a free port, with its own database. */
export interface TestServer {
  /** Address of the server, such as http://127.0.0.1:40123. */
  readonly url: string;
  /** The running server, for what the test looks up in the database. */
  readonly server: RunningServer;
  /** Joins a room of a game as a new guest, or as an earlier player by `token`. */
  join(game: string, who?: WhoJoins): Promise<TestPlayer>;
  /** The room object in this process, to read the server's state. `R` is its class and is not checked. */
  room<R extends GameRoom = WorldRoom>(roomId: string): R;
  /** Ends the players' connections and the server. Call it at the end of the test. */
  close(): Promise<void>;
}

/**
 * Options of a test server. Without any it has the defaults of `roomkeep start`, on a free port, silent, in
 * memory.
 */
export interface TestServerOptions {
  /** Environment variables as `roomkeep start` reads them, e.g. DATABASE_URL. */
  env?: Record<string, string>;
  /** Folder of the embedded database; in memory by default. */
  dataDir?: string;
  plugins?: readonly AnyPlugin[];
}

/**
 * Boots a server for tests. Only one at a time: a process has one matchmaker of Colyseus.
 *
 * @example
 * const world = await bootServer({ yard: YardRoom });
 * const ann = await world.join("yard", { name: "Ann" });
 * await ann.walk({ moveX: 127 }, 20);
 * await world.close();
 */
export async function bootServer(games: Games, options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startServer(
    games,
    readConfig({
      PORT: "0",
      LOG_LEVEL: "silent",
      ROOMKEEP_DATA_DIR: options.dataDir ?? IN_MEMORY,
      ROOMKEEP_FAST_PATHS: process.env.ROOMKEEP_FAST_PATHS,
      ...options.env,
    }),
    undefined,
    options.plugins,
  );
  const players: TestPlayer[] = [];
  return {
    url: server.url,
    server,
    async join(game, who = {}) {
      const player = await joinAs(server.url, game, who);
      players.push(player);
      return player;
    },
    room<R extends GameRoom>(roomId: string): R {
      const room = matchMaker.getLocalRoomById(roomId);
      if (!room) throw new Error(`no room ${roomId} in this process`);
      return room as unknown as R;
    },
    async close() {
      for (const player of players) player.stop();
      await server.close();
    },
  };
}
