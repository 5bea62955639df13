import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { type RunningServer, startServer } from "../boot.ts";
import { readConfig } from "../config.ts";
import type { Games } from "../game-class.ts";
import { readGames } from "../games.ts";
import { compressPage } from "../http/page-compression.ts";
import type { AnyPlugin } from "../plugins/index.ts";
import type { ErrorReport } from "../telemetry/errors/error-report.ts";
import type { Command } from "./command.ts";

const help = `roomkeep start [--record folder] [--no-page]

Starts the games that server/main exports as \`games\`, with its \`plugins\`, their page, API and monitor on one port.

  --record folder   records the input of every room, tick by tick, into a file of its own there, for a replay
                    (docs/world.md). The files hold names and actions of characters, but no chat
  --no-page         serves no page: players come by a page of another server, which ROOMKEEP_ORIGINS names, or by an
                    SDK. vite, three and preact need not be installed then

Settings, as environment variables:
  PORT                     2567; 0 takes a free one
  HOST                     127.0.0.1; 0.0.0.0 lets phones and others in your network in
  ROOMKEEP_DATA_DIR        data: folder of the embedded database
  DATABASE_URL             postgres://user:password@host:5432/name, instead of the embedded database
  REDIS_URL                redis://host:6379, to run several processes
  ROOMKEEP_REDIS_PREFIX    in front of every key in Redis; without it one made of the database's identity; none: nothing
  ROOMKEEP_PROFILE         production; development, test or one of a game's own take its settings of that profile
                           (docs/settings.md)
  ROOMKEEP_VERSION         the version in package.json: of what this process runs, for the rules of flags
  ROOMKEEP_PUBLIC_ADDRESS  host:port, with a path if need be, under which clients reach this process; "same" behind a
                           proxy that knows the processes by the path of their sockets
  ROOMKEEP_ADMIN_PASSWORD  sign-in of scripts to /monitor/ and /metrics; without it one is made and shown at the first start
  ROOMKEEP_DESK_IDLE_MINUTES
                           30: minutes without a request after which an operator is signed out (docs/admin.md)
  ROOMKEEP_DESK_TOTP       off; require asks each operator for an authenticator
  ROOMKEEP_AUDIT_KEY       secret of 32 characters or more that signs the audit log; without it one in the data folder
  ROOMKEEP_DESK_PERMISSIONS
                           who may do what: moderator=look,sanction or operator=+items,-flags, separated by ;
  ROOMKEEP_ORIGINS         other origins whose pages may use this server, separated by commas
  ROOMKEEP_TRUST_PROXY     0: number of proxies in front, which add the client's address and scheme (X-Forwarded-For, -Proto)
  ROOMKEEP_TOKEN_KEY       secret of 32 characters or more that signs access tokens; default: one in the database.
  ROOMKEEP_HTTPS           offer; enforce sends who comes by http to https, and refuses what changes something. Needs
                           ROOMKEEP_TRUST_PROXY
                           Several, separated by commas: the first signs, all are accepted
  ROOMKEEP_CHARACTERS_MAX  5: characters an account may have
  ROOMKEEP_ACCOUNT_CHAT    30: lines that an account may write in 20 s, in all rooms
  ROOMKEEP_RESERVED_NAMES  admin, moderator, system and the like: words that no player may be called by
  ROOMKEEP_ADDRESS_DAYS    30: days for which addresses of sign-ins are kept
  ROOMKEEP_APPEAL          how banned players may appeal: a text or an address
  ROOMKEEP_REPORT_DAYS     180: days for which reports about players are kept
  ROOMKEEP_DELETE_GRACE_DAYS  7: days until an account whose owner wants it deleted is
  ROOMKEEP_GUEST_DAYS      180: days after which a guest who does not come back is deleted; 0: never
  ROOMKEEP_OIDC_ISSUER, ROOMKEEP_OIDC_CLIENT_ID, ROOMKEEP_OIDC_CLIENT_SECRET, ROOMKEEP_OIDC_REDIRECT, ROOMKEEP_OIDC_NAME
                           sign-in by an OpenID Connect provider; the redirect is https://<host>/v1/identity/return
  ROOMKEEP_BACKUP_EVERY    6h: a backup into the data folder this often (30m, 6h, 1d); set it on one process
  ROOMKEEP_SLOW_QUERY_MS   250: queries that take longer are logged; 0 for none
  ROOMKEEP_POOL_SIZE       10: connections to PostgreSQL
  ROOMKEEP_CACHE_SECONDS   10: longest time that caches keep what was read; 0 for none (docs/performance.md)
  ROOMKEEP_CACHE_SIZE      10000: most values in each cache
  ROOMKEEP_MATCH_OVER_DAYS 7: days for which the code of a lasting match that has ended is known
  ROOMKEEP_EVENT_DAYS      90: days for which events that rooms keep stay
  ROOMKEEP_ALERT_RULES     {}: rules of alerts that are set otherwise, as JSON (docs/observability.md)
  ROOMKEEP_ALERT_WEBHOOK, ROOMKEEP_ALERT_WEBHOOK_SECRET
                           where alerts are sent to, and the secret that they are signed by
  ROOMKEEP_ALERT_MAIL, ROOMKEEP_ALERT_MAIL_FROM, ROOMKEEP_ALERT_SMTP
                           whom alerts are mailed to, from whom, and by which server: smtp://user:password@host:587
  ROOMKEEP_RECORD_DIR      the same as --record
  ROOMKEEP_RECORD_HASH_TICKS
                           20: ticks between two hashes in a recording, to compare a re-run with; 0 for none
  ROOMKEEP_REPLAY_SECONDS  60: seconds that each room with a world keeps in memory; 0 for none (docs/recordings.md)
  ROOMKEEP_REPLAY_MB       7.5: most memory that one room takes for them
  ROOMKEEP_KEPT_DAYS       90: days for which recordings stay that were kept with a reason
  ROOMKEEP_FAST_PATHS      on; off uses documented parts of Node, ws and Colyseus only (docs/performance.md)
  LOG_LEVEL                info; silent, error, warn, debug

Ctrl-C or SIGTERM saves everybody, closes the database last and ends.`;

/** `roomkeep start`: the standalone server. */
export const command: Command = {
  summary: "start the games, their page, API and monitor on one port",
  help,
  async run(args) {
    const { record, page } = readOptions(args);
    const config = readConfig(recordInto(record, process.env));
    const { games, plugins, onError } = await loadMain();
    const server = await startServer(games, config, page, plugins, { onError });
    // Beside the first players, who get it as it is. A folder that cannot be written stays without.
    if (page !== undefined)
      compressPage(page).catch((error) =>
        server.foundation.log.info({ err: error }, "the page is not compressed"),
      );
    stopOnSignal(server);
    const { signIn, desk } = server.foundation;
    console.log(welcome(server, await signIn.announce(), await desk.announce()));
    tellParent(server);
  },
};

/** The options of the command line; `page` is its folder. @throws CONFIG_INVALID */
function readOptions(args: string[]): { record: string | undefined; page: string | undefined } {
  const options = { record: { type: "string" }, "no-page": { type: "boolean" } } as const;
  try {
    const { record, "no-page": noPage } = parseArgs({ args, options }).values;
    return { record, page: noPage ? undefined : resolve("dist/page") };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("CONFIG_INVALID", `${reason}. --help lists the options.`, { cause });
  }
}

/** Reports address and process id to a parent process, if it has opened an IPC channel. */
export function tellParent({ port, url, processId }: RunningServer): void {
  process.send?.({ ready: true, port, url, processId });
}

/** The settings, with the folder of `--record` if it was given. */
export function recordInto(folder: string | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return folder === undefined ? env : { ...env, ROOMKEEP_RECORD_DIR: folder };
}

/** What `server/main` exports. */
interface Main {
  readonly games: Games;
  readonly plugins?: readonly AnyPlugin[] | undefined;
  readonly onError?: ((report: ErrorReport) => unknown) | undefined;
}

/** The exports of `server/main`: compiled if this command is, else from source. */
export async function loadMain(): Promise<Main> {
  const file = ["dist/server/main.js", "server/main.ts"].map((path) => resolve(path)).find(isLoadable);
  if (!file) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "There is no server/main here. Run this in a project, and build it first.",
    );
  }
  const main = (await import(pathToFileURL(file).href)) as Partial<Main>;
  return { games: readGames(main, file), plugins: main.plugins, onError: main.onError };
}

function isLoadable(file: string): boolean {
  const fromSource = import.meta.url.endsWith(".ts");
  return existsSync(file) && file.endsWith(".ts") === fromSource;
}

/**
 * Stops the server cleanly at the first signal, at once at the second. The end of a parent with an IPC
 * channel counts as the first signal.
 */
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
    if (!stopping) void stop();
  });
}

/** The text of a start: address, admin sign-in, place of the database. */
export function welcome(
  { url, port, foundation }: RunningServer,
  firstPassword: string | undefined,
  firstAdmin?: string,
): string {
  const { config, database, shared } = foundation;
  const lines = ["", `  roomkeep is running    ${url}`];
  if (config.host === "0.0.0.0")
    for (const address of localAddresses()) lines.push(`  in your network        http://${address}:${port}`);
  lines.push(`  monitor                ${url}/monitor/`);
  lines.push(`  monitor for scripts    ${signInHint(config.adminPassword, firstPassword)}`);
  lines.push(`  operators' desk        ${url}/admin`);
  if (firstAdmin) lines.push(`  first admin            ${url}${firstAdmin}   (once, within 24 hours)`);
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
