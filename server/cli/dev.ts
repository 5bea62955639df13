import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { RoomkeepError } from "../../shared/index.ts";
import { startServer } from "../boot.ts";
import { readConfig } from "../config.ts";
import type { Games } from "../games.ts";
import { openLiveProject } from "../live-project.ts";
import type { Command } from "./index.ts";
import { stopOnSignal, welcome } from "./start.ts";

const help = `roomkeep dev

Starts the games and their page from source, on one port, and follows your edits: save a room and its open rooms are
replaced by the new code, state and players kept; save a view and the page shows it. Database, Redis and accounts stay
open all the while. The settings are those of roomkeep start; the page is built by Vite, by vite.config.ts if there is
one.

What an edit cannot keep: fields of a room class that are not state (hand them over with onKeep and onRestore), and
players whose page still has an older state class (their page reloads).

Ctrl-C saves everybody, closes the database last and ends.`;

/** `roomkeep dev`: the server and the page from source, with hot reload. */
export const command: Command = {
  summary: "start from source and follow your edits",
  help,
  async run() {
    const main = resolve("server/main.ts");
    if (!existsSync(main))
      throw new RoomkeepError("CONFIG_INVALID", "There is no server/main.ts here. Run this in a project.");
    const project = openLiveProject(main);
    const server = await startServer({}, readConfig(process.env), project.page);
    const { log } = server.foundation;
    stopOnSignal({
      async close() {
        await project.close();
        await server.close();
      },
    });
    await server.reload(gamesOf(await project.load(), main));
    console.log(welcome(server, await server.foundation.signIn.announce()));
    process.send?.({ ready: true, port: server.port, url: server.url });
    project.onEdit(async (file) => {
      const startedAt = performance.now();
      try {
        await server.reload(gamesOf(await project.load(), main));
        const ms = Math.round(performance.now() - startedAt);
        console.log(`  ${relative(process.cwd(), file)} edited: rooms took over in ${ms} ms`);
      } catch (error) {
        // A typo while somebody types: the rooms of the code that last worked go on.
        log.error({ err: error, file }, "the edit does not load; the rooms go on as they were");
      }
    });
  },
};

function gamesOf(module: { games?: Games }, file: string): Games {
  if (!module.games) throw new RoomkeepError("CONFIG_INVALID", `${file} does not export \`games\`.`);
  return module.games;
}
