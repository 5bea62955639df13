import type { Registry } from "prom-client";
import type { EntitySchema } from "typeorm";
import type { z } from "zod";
import type { Command, Log, PluginOf, PluginRoom, RoomPart } from "../../rooms/index.ts";
import type { PlayerReport } from "../../rooms/internal.ts";
import type { Cache, CacheOptions } from "../cache.ts";
import type { Db } from "../storage/database.ts";
import type { Retention } from "../storage/retention.ts";
import type { PluginOperation } from "./operation.ts";
import type { People } from "./people.ts";
import type { PluginLedger } from "./plugin-ledger.ts";
import type { PluginNames } from "./plugin-names.ts";
import type { PluginRoute } from "./route.ts";

/**
 * Services of the process for a plugin's `open`: settings, rows, log, the plugins that it needs, and what to
 * close at the end.
 */
export interface PluginServices<Settings = Record<string, unknown>> {
  /** Checked settings: defaults, those of `with`, and environment variables, which win. */
  readonly settings: Settings;
  /** A query without an answer within 5 s throws DATABASE_UNAVAILABLE; it may still take effect later. */
  readonly db: Db;
  /** Runs `work` in one transaction, within 5 s. Query by the `db` that it is given, not by the other one. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  /**
   * Books coins and items of characters, live or offline: exactly once by a request id, within a transaction.
   */
  readonly ledger: PluginLedger;
  /** Each line names the plugin. */
  readonly log: Log;
  /** Name under which this process holds leases, another one at each start. */
  readonly incarnation: string;
  /**
   * Opens a cache for what pages read again and again, such as a leaderboard: see {@link Cache}. Values are
   * kept for ROOMKEEP_CACHE_SECONDS, 10 s, or `mostMs` if that is less.
   *
   * @param name unique in the plugin; `roomkeep_cache_reads_total` shows it
   * @example
   * const latest = cache("latest", {
   *   read: () => db.query("SELECT name, line FROM guestbook_entry ORDER BY id DESC LIMIT 20"),
   * });
   */
  cache<T>(name: string, options: CacheOptions<T>): Cache<T>;
  /** Accounts: names, where they play, and messages to their clients, in all processes. */
  readonly people: People;
  /**
   * Opens a rate limit that all processes count together, such as of requests by account.
   *
   * @param name unique in the plugin
   * @param most how many within so many seconds, from the first on
   * @example
   * const requests = limit("requests", { most: 20, withinS: 60 });
   * await requests.spend(accountId); // throws RATE_LIMITED
   */
  limit(name: string, most: { readonly most: number; readonly withinS: number }): SharedLimit;
  /**
   * Files a report to the moderators, as players do in rooms: with the lines that it is about.
   *
   * @param report.game and `roomId`: where it was, such as the plugin's name and a channel
   * @throws DATABASE_UNAVAILABLE it is not written
   */
  report(report: PlayerReport): Promise<void>;
  /**
   * Opens a signal from this plugin to itself in all processes: told here at once, and elsewhere as the
   * message arrives. It may be lost, so let the database decide what must not be.
   *
   * @param name unique in the plugin
   * @param heard called in every process, in order for those that one process tells
   * @returns tells all processes; the payload is JSON
   * @example
   * const changed = signal<{ id: string }>("changed", ({ id }) => kept.delete(id));
   * changed({ id });
   */
  signal<T>(name: string, heard: (payload: T) => void): (payload: T) => void;
  /** @throws PLUGIN_MISSING `needs` does not name it */
  plugin<Api>(needed: PluginOf<Api>): Api;
  /** The API of a plugin that `uses` names; undefined: the server does not have it. */
  optional<Api>(used: PluginOf<Api>): Api | undefined;
  /**
   * The API of a plugin that `uses` names; undefined: the server does not have it.
   *
   * @throws PLUGIN_MISSING `uses` does not name it
   */
  optional<Api>(used: PluginOf<Api>): Api | undefined;
  /** The rules for names that players give, such as to a group. */
  readonly names: PluginNames;
  /**
   * Registers a closer. Closers run in reverse order, after the rooms and before the database, also when a
   * later part of the start fails.
   */
  onClose(close: () => unknown): void;
}

/** A rate limit with a count for each key, over all processes. */
export interface SharedLimit {
  /**
   * Counts one.
   * @throws RATE_LIMITED with the seconds to wait
   */
  spend(key: string): Promise<void>;
}

/** A step of a plugin's tables. Once released it is never changed; the next change is a step of its own. */
export interface PluginMigration {
  /** Unique on the server, and ends in 13 digits, a time in ms: `Guestbook1764000000000`. */
  readonly name: string;
  /** Makes the step, in a transaction of its own. */
  up(db: Db): Promise<unknown>;
  /** Undoes `up`. */
  down(db: Db): Promise<unknown>;
}

/** A page for operators, behind the admin's sign-in at `/admin/<plugin>/<page>`. */
export interface AdminPage {
  /** Heading, and text of the link to it. */
  readonly title: string;
  /** The body's HTML. Escape what players wrote. */
  html(): string | Promise<string>;
}

/** The parts of a plugin, as {@link definePlugin} reads them. Only the name is required. */
export interface PluginDefinition<Api, Settings extends z.ZodObject> {
  /** Lower-case words with hyphens; prefix of its message types and of its settings. */
  readonly name: string;
  /** Of the plugin, for the log. */
  readonly version?: string;
  /** Plugins that open before this one and close after it. */
  readonly needs?: readonly AnyPlugin[];
  /** The same of plugins that it can do without: those that the server has. See `optional`. */
  readonly uses?: readonly AnyPlugin[];
  /**
   * Schema of its settings. `maxEntries` of `guestbook` is the environment variable
   * ROOMKEEP_GUESTBOOK_MAX_ENTRIES, whose text may be a number, a boolean or JSON.
   */
  readonly settings?: Settings;
  /** Classes of its rows, for a test that compares them with the migrations. Plain SQL needs none. */
  readonly entities?: readonly RowClass[];
  /** Steps of its tables, run in the order of their times at the start. */
  readonly migrations?: readonly PluginMigration[];
  /** Opens it. @returns its API for rooms and for other plugins */
  open?(services: PluginServices<z.output<Settings>>): Api | Promise<Api>;
  /** Routes by their operation id. */
  routes?(api: Api): Readonly<Record<string, PluginRoute>>;
  /**
   * All plugins are open and all routes known; nothing is answered yet. What it throws ends the start.
   *
   * @param routes of the whole server, such as `GET /v1/account`
   */
  ready?(api: Api, routes: ReadonlySet<string>): void;
  /** Called once for each room that opens. */
  room?(room: PluginRoom, api: Api): RoomPart;
  /** For the console of every room; a room's own command of the same name wins. */
  commands?(api: Api): readonly Command<PluginRoom>[];
  /**
   * Whose lines accounts do not read, whether or not they are in a room: the same people whom `hears` hides
   * from them there, and no older than the call. For what is kept, such as the lines of a channel.
   */
  hides?(accountIds: readonly string[], api: Api): Promise<Iterable<HiddenAccount>>;
  /**
   * What operators do with it, by verb: `list` of the plugin `guestbook` is `/v1/admin/guestbook/list` and
   * `roomkeep admin guestbook list`. See {@link deskOperation}.
   */
  operations?(api: Api): Readonly<Record<string, PluginOperation>>;
  /** Registers its metrics. Begin their names with `roomkeep_<plugin>_`. */
  metrics?(registry: Registry, api: Api): void;
  /** Rows with a limited age, deleted in batches every ten minutes. */
  retention?(settings: z.output<Settings>): readonly Retention[];
  /** Pages for operators, by the last part of their path. */
  adminPages?(api: Api): Readonly<Record<string, AdminPage>>;
}

/** An account, and one whose lines it does not read. */
export interface HiddenAccount {
  readonly account: string;
  readonly hidden: string;
}

/** A class or schema of rows, as TypeORM takes them. */
export type RowClass = EntitySchema | (new () => object);

/**
 * A plugin, made by {@link definePlugin}. `server/main` lists it in `plugins`; rooms get its API by
 * `this.plugin(it)`.
 */
export interface Plugin<Api = unknown, Settings extends z.ZodObject = z.ZodObject>
  extends PluginDefinition<Api, Settings> {
  /** Settings that `with` gave. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The same plugin with settings. */
  with(settings: z.input<Settings>): Plugin<Api, Settings>;
}

/** A plugin of any API and settings, as `server/main` lists them in `plugins`. */
export type AnyPlugin = Plugin;

/**
 * Defines a plugin: a capability that a server can do without, whole in one folder. See docs/plugins.md.
 *
 * @example
 * export const guestbook = definePlugin({
 *   name: "guestbook",
 *   open: ({ db }) => ({ count: () => db.query("SELECT count(*) FROM guestbook_entry") }),
 * });
 */
export function definePlugin<Api = undefined, Settings extends z.ZodObject = z.ZodObject>(
  definition: PluginDefinition<Api, Settings>,
): Plugin<Api, Settings> {
  return configured(definition, {});
}

function configured<Api, Settings extends z.ZodObject>(
  definition: PluginDefinition<Api, Settings>,
  given: Readonly<Record<string, unknown>>,
): Plugin<Api, Settings> {
  return { ...definition, given, with: (settings) => configured(definition, { ...given, ...settings }) };
}
