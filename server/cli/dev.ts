import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { startServer } from "../boot.ts";
import { readConfig } from "../config.ts";
import { PROCESSES_MAX } from "../dev/local-cluster.ts";
import { readGames } from "../games.ts";
import { needPackages, PAGE_PACKAGES } from "../optional-packages.ts";
import type { Command } from "./command.ts";
import { clusterProcess, runCluster } from "./dev-cluster.ts";
import { recordInto, stopOnSignal, tellParent, welcome } from "./start.ts";

const help = `roomkeep dev [--cluster N] [--record folder]

  --cluster N   a whole cluster on this machine: N processes (2-8) on a real Redis and PostgreSQL, behind one address

Starts the games and their page from source, on one port, and follows your edits: save a room and its open rooms are
replaced by the new code, state and players kept; save a view and the page shows it. Database, Redis and accounts stay
open all the while. The settings and --record are those of roomkeep start; the page is built by Vite, by
vite.config.ts if there is one.

What an edit cannot keep: fields of a room class that are not state (hand them over with onKeep and onRestore), and
players whose page still has an older state class (their page reloads). An edit of a plugin's server side counts at
the next start.

In a cluster each line of the log begins with the name of its process, one that dies is started again, and an edit
counts for rooms that open after it. DATABASE_URL and REDIS_URL say which database and Redis; without them the
PostgreSQL of this machine gets a database roomkeep_dev, and a Redis is started for as long as the cluster runs.

Ctrl-C saves everybody, closes the database last and ends.`;

/** `roomkeep dev`: the server and the page from source, with hot reload. */
export const command: Command = {
  summary: "start from source and follow your edits",
  help,
  async run(args) {
    const { processes, record } = readOptions(args);
    // Vite loads the rooms, too. It is an optional peer, so that nothing is imported of it before this.
    needPackages(existsSync("client") ? PAGE_PACKAGES : ["vite"], "roomkeep dev");
    const { openViteProject } = await import("../dev/vite-project.ts");
    if (processes > 1) return runCluster(processes, recordInto(record, process.env));
    const main = resolve("server/main.ts");
    if (!existsSync(main))
      throw new RoomkeepError("CONFIG_INVALID", "There is no server/main.ts here. Run this in a project.");
    process.env.ROOMKEEP_PROFILE ||= "development";
    const name = clusterProcess();
    // The first process of a cluster serves the page; the others need Vite to load the rooms only.
    const project = openViteProject(main, { page: name === undefined || name === "one" });
    say(name, "reading server/main.ts");
    const { plugins } = await project.loadOnce();
    const config = readConfig(recordInto(record, process.env));
    say(name, "opening the database and the page; the first start in a project takes longest");
    const server = await startServer({}, config, project.page, plugins);
    const { log } = server.foundation;
    stopOnSignal({
      async close() {
        await project.close();
        await server.close();
      },
    });
    say(name, "loading the games");
    await server.reload(readGames(await project.load(), main));
    const password = await server.foundation.signIn.announce();
    const firstAdmin = await server.foundation.desk.announce();
    if (name === undefined) console.log(welcome(server, password, firstAdmin));
    else if (password) console.log(`admin sign-in: admin / ${password}   (shown this once: note it)`);
    if (name !== undefined && firstAdmin)
      console.log(`first admin: ${server.url}${firstAdmin}   (once, within 24 hours)`);
    tellParent(server);
    project.onEdit(async (file) => {
      const startedAt = performance.now();
      try {
        await server.reload(readGames(await project.load(), main));
        const ms = Math.round(performance.now() - startedAt);
        console.log(`  ${relative(process.cwd(), file)} edited: rooms took over in ${ms} ms`);
      } catch (error) {
        // An unfinished edit does not load: the rooms keep the code that last worked.
        log.error({ err: error, file }, "the edit does not load; the rooms go on as they were");
      }
    });
  },
};

function readOptions(args: string[]): { processes: number; record: string | undefined } {
  const options = { cluster: { type: "string" }, record: { type: "string" } } as const;
  const { cluster, record } = parseArgs({ args, options }).values;
  if (cluster === undefined) return { processes: 1, record };
  const processes = Number(cluster);
  if (!Number.isInteger(processes) || processes < 2 || processes > PROCESSES_MAX)
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `--cluster takes a number of processes from 2 to ${PROCESSES_MAX}.`,
    );
  return { processes, record };
}

/** A slow machine takes a minute to start: what it is at. In a cluster the parent says so once. */
function say(name: string | undefined, what: string): void {
  if (name === undefined || name === "one") console.log(`  ${what} …`);
}
