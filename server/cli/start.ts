import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { type RunningServer, startServer } from "../boot.ts";
import { readConfig } from "../config.ts";
import { type Games, readGames } from "../games.ts";
import type { AnyPlugin } from "../plugins/index.ts";
import type { Command } from "./command.ts";

const help = `roomkeep start [--record folder]

Starts the games that server/main exports as \`games\`, with its \`plugins\`, their page, API and monitor on one port.

  --record folder   records every room into a file of its own there: what moved it, tick by tick, to run it again
                    (docs/world.md). The files hold names of characters, and what they did, but no chat

Settings, as environment variables:
  PORT                     2567; 0 takes a free one
  HOST                     127.0.0.1; 0.0.0.0 lets phones and others in your network in
  ROOMKEEP_DATA_DIR        data: folder of the embedded database
  DATABASE_URL             postgres://user:password@host:5432/name, instead of the embedded database
  REDIS_URL                redis://host:6379, to run several processes
  ROOMKEEP_PUBLIC_ADDRESS  host:port, with a path if need be, under which clients reach this process; "same" behind a
                           proxy that knows the processes by the path of their sockets
  ROOMKEEP_ADMIN_PASSWORD  sign-in of /monitor/; without it one is made and shown at the first start
  ROOMKEEP_ORIGINS         other origins whose pages may use this server, separated by commas
  ROOMKEEP_TRUST_PROXY     0: number of proxies before it, which tell the client's address and scheme (X-Forwarded-For, -Proto)
  ROOMKEEP_TOKEN_KEY       secret of 32 letters or more behind access tokens; without it one is kept in the database.
                           Several, separated by commas: the first signs, all are accepted
  ROOMKEEP_CHARACTERS_MAX  5: characters an account may have
  ROOMKEEP_OIDC_ISSUER, ROOMKEEP_OIDC_CLIENT_ID, ROOMKEEP_OIDC_CLIENT_SECRET, ROOMKEEP_OIDC_REDIRECT, ROOMKEEP_OIDC_NAME
                           sign-in by an OpenID Connect provider; the redirect is https://<host>/v1/identity/return
  ROOMKEEP_BACKUP_EVERY    6h: a backup into the data folder this often (30m, 6h, 1d); set it on one process
  ROOMKEEP_SLOW_QUERY_MS   250: queries that take longer are logged; 0 for none
  ROOMKEEP_POOL_SIZE       10: connections to PostgreSQL
  ROOMKEEP_RECORD_DIR      the same as --record
  ROOMKEEP_RECORD_HASH_TICKS
                           20: ticks between two hashes in a recording, to compare a re-run with; 0 for none
  ROOMKEEP_FAST_PATHS      on; off takes the documented ways of Node, ws and Colyseus only (docs/performance.md)
  LOG_LEVEL                info; silent, error, warn, debug

Ctrl-C or SIGTERM saves everybody, closes the database last and ends.`;

/** `roomkeep start`: the standalone server. */
export const command: Command = {
  summary: "start the games, their page, API and monitor on one port",
  help,
  async run(args) {
    const config = readConfig(recordInto(readFolder(args), process.env));
    const { games, plugins } = await loadMain();
    const server = await startServer(games, config, resolve("dist/page"), plugins);
    stopOnSignal(server);
    console.log(welcome(server, await server.foundation.signIn.announce()));
    tellParent(server);
  },
};

/** What the command line says of recordings. @throws CONFIG_INVALID */
function readFolder(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { record: { type: "string" } } }).values.record;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("CONFIG_INVALID", `${reason}. --help lists the options.`, { cause });
  }
}

/** A parent that started us with an IPC channel wants to know. */
export function tellParent({ port, url, processId }: RunningServer): void {
  process.send?.({ ready: true, port, url, processId });
}

/** The settings, with the folder for recordings that the command line says, if it does. */
export function recordInto(folder: string | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return folder === undefined ? env : { ...env, ROOMKEEP_RECORD_DIR: folder };
}

/** Games and plugins are what `server/main` exports: compiled in a project that was built, else the source. */
async function loadMain(): Promise<{ games: Games; plugins?: readonly AnyPlugin[] }> {
  const file = ["dist/server/main.js", "server/main.ts"].map((path) => resolve(path)).find(isLoadable);
  if (!file) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "There is no server/main here. Run this in a project, and build it first.",
    );
  }
  const main = (await import(pathToFileURL(file).href)) as Partial<Awaited<ReturnType<typeof loadMain>>>;
  return { games: readGames(main, file), plugins: main.plugins };
}

function isLoadable(file: string): boolean {
  const fromSource = import.meta.url.endsWith(".ts");
  return existsSync(file) && file.endsWith(".ts") === fromSource;
}

/** The first signal stops cleanly; the second gives up waiting. So does the end of a parent that has an IPC channel. */
export function stopOnSignal(server: Pick<RunningServer, "close"> & Partial<RunningServer>): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    await server.close();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  server.onDrainAsked?.(() => {
    if (!stopping) void stop();
  });
  process.once("disconnect", () => {
    // Nobody reads any more what we write.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
    if (!stopping) void stop();
  });
}

/** What is said once the server answers: where it is, how to sign in, where the data lives. */
export function welcome({ url, port, foundation }: RunningServer, firstPassword: string | undefined): string {
  const { config, database, shared } = foundation;
  const lines = ["", `  roomkeep is running    ${url}`];
  if (config.host === "0.0.0.0")
    for (const address of localAddresses()) lines.push(`  in your network        http://${address}:${port}`);
  lines.push(`  monitor                ${url}/monitor/`);
  lines.push(`  admin sign-in          ${signInHint(config.adminPassword, firstPassword)}`);
  const kind = database.kind === "embedded" ? "embedded database in" : "PostgreSQL";
  lines.push(`  data lives in          ${kind} ${database.where}`);
  if (shared) lines.push(`  processes share        Redis at ${new URL(config.redisUrl ?? "redis://?").host}`);
  lines.push("", "  Ctrl-C saves everybody and stops.", "");
  return lines.join("\n");
}

function signInHint(configured: string | undefined, made: string | undefined): string {
  if (configured) return "admin, with the password of ROOMKEEP_ADMIN_PASSWORD";
  if (made) return `admin / ${made}   (shown this once: note it)`;
  return "admin, with the password shown at the first start (or set ROOMKEEP_ADMIN_PASSWORD)";
}

function localAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter((entry) => entry.family === "IPv4" && !entry.internal)
    .map((entry) => entry.address);
}
