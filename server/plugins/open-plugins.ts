import type { createMiddleware, Endpoint } from "@colyseus/core";
import type { Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { Command, Log, PluginOf, PluginRoom, RoomPart, RoomPlugins } from "../../rooms/index.ts";
import type { PeopleReach, ReportPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { NameRules } from "../accounts/name-rules.ts";
import type { RateLimit } from "../accounts/rate-limit.ts";
import type { Caches } from "../cache.ts";
import type { Closers } from "../closers.ts";
import type { ItemRules } from "../items/ledger.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { readPluginSettings } from "../settings/plugin-settings.ts";
import type { SettingGroup } from "../settings/setting-group.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import type { Retention } from "../storage/retention.ts";
import { adminPageEndpoints } from "./admin-pages.ts";
import { withOperations } from "./operation.ts";
import { orderPlugins } from "./order.ts";
import { type People, peopleOf } from "./people.ts";
import type { AnyPlugin, PluginServices } from "./plugin.ts";
import { openPluginLedger } from "./plugin-ledger.ts";
import { openPluginNames } from "./plugin-names.ts";
import type { PluginRoute, RouteGuard } from "./route.ts";
import type { Signals } from "./signals.ts";

/** A plugin in its order, with its settings. */
export interface ReadyPlugin {
  readonly plugin: AnyPlugin;
  readonly settings: SettingGroup | undefined;
}

/** The parts of the process that plugins are opened on. */
export interface PluginHost {
  readonly ds: DataSource;
  readonly log: Log;
  readonly incarnation: string;
  readonly closers: Closers;
  readonly registry: Registry;
  readonly caches: Caches;
  /** Item rules of the games; their templates come when the games are defined. */
  readonly itemRules: ItemRules;
  readonly people: PeopleReach;
  readonly names: NameRules;
  /** Opens a rate limit that all processes count together. */
  limit(name: string, points: number, seconds: number): RateLimit;
  readonly reports: ReportPort;
  readonly signals: Pick<Signals, "open">;
}

/** The open plugins of a process. */
export interface OpenPlugins extends RoomPlugins {
  readonly retention: readonly Retention[];
  /**
   * What operators do: roomkeep's own operations, and those of the plugins.
   * @throws PLUGIN_INVALID a verb is none, or its operation is there already
   */
  operations(own: ReadonlyMap<string, AnyOperation>): ReadonlyMap<string, AnyOperation>;
  /**
   * Routes and pages of the plugins.
   * @param own roomkeep's own endpoints, which no plugin may replace
   * @throws PLUGIN_INVALID two have the same place or operation id
   */
  endpoints(
    guard: RouteGuard,
    admin: ReturnType<typeof createMiddleware>[],
    own: Readonly<Record<string, Endpoint>>,
  ): Endpoints;
}

type Endpoints = Record<
  string,
  ReturnType<PluginRoute["open"]> | ReturnType<typeof adminPageEndpoints>[string]
>;

/**
 * Checks a list of plugins before anything is opened.
 *
 * @param env variables of the operator, without those of roomkeep itself
 * @throws PLUGIN_INVALID, PLUGIN_MISSING, PLUGIN_CYCLE, CONFIG_INVALID
 */
export function readPlugins(
  plugins: readonly AnyPlugin[],
  env: Readonly<Record<string, string>>,
): readonly ReadyPlugin[] {
  return orderPlugins(plugins).map((plugin) => ({ plugin, settings: readPluginSettings(plugin, env) }));
}

/**
 * Opens plugins one after the other. The closers of open plugins are registered even if a later one fails.
 */
export async function openPlugins(ready: readonly ReadyPlugin[], host: PluginHost): Promise<OpenPlugins> {
  const apis = new Map<string, unknown>();
  const hidden = async (accountIds: readonly string[]) => {
    const all = await Promise.all(
      ready.map(({ plugin }) =>
        apis.has(plugin.name) ? plugin.hides?.(accountIds, apis.get(plugin.name)) : [],
      ),
    );
    const found = new Map<string, Set<string>>();
    for (const one of all.flatMap((some) => [...(some ?? [])]))
      found.set(one.account, (found.get(one.account) ?? new Set()).add(one.hidden));
    return found;
  };
  for (const one of ready) {
    const { plugin } = one;
    const api = await plugin.open?.(servicesOf(one, host, apis, hidden));
    apis.set(plugin.name, api);
    plugin.metrics?.(host.registry, api);
    host.log.info({ plugin: plugin.name, version: plugin.version }, "plugin opened");
  }
  const plugins = ready.map(({ plugin }) => plugin);
  return {
    api: (plugin) => apiOf(apis, plugin, "server/main does not list it"),
    find: <Api>({ name }: PluginOf<Api>) => apis.get(name) as Api | undefined,
    commands: commandsOf(plugins, apis),
    partsOf: (room) => partsOf(plugins, apis, room),
    retention: ready.flatMap(({ plugin, settings }) => plugin.retention?.(settings?.values ?? {}) ?? []),
    operations: (own) =>
      withOperations(
        own,
        plugins.map((plugin) => [plugin.name, plugin.operations?.(apis.get(plugin.name)) ?? {}]),
      ),
    endpoints: (guard, admin, own) => {
      const places = new Set(Object.values(own).map(placeOf));
      const all: Endpoints = {};
      for (const plugin of plugins) {
        const { name } = plugin;
        const api = apis.get(name);
        for (const [id, route] of Object.entries(plugin.routes?.(api) ?? {})) {
          if (places.has(route.place) || Object.hasOwn({ ...own, ...all }, id))
            throw new RoomkeepError("PLUGIN_INVALID", `"${name}": ${id}, ${route.place} is taken.`);
          places.add(route.place);
          all[id] = route.open(id, guard);
        }
        Object.assign(all, adminPageEndpoints(name, plugin.adminPages?.(api) ?? {}, admin));
      }
      for (const plugin of plugins) plugin.ready?.(apis.get(plugin.name), places);
      return all;
    },
  };
}

/** Method and path, such as `GET /v1/account`. */
function placeOf({ path, options: { method } }: Endpoint): string {
  return `${method} ${path}`;
}

function servicesOf(
  { plugin: { name, needs = [], uses = [] }, settings }: ReadyPlugin,
  host: PluginHost,
  apis: ReadonlyMap<string, unknown>,
  hidden: People["hiddenFrom"],
): PluginServices {
  const { ds, incarnation, closers, caches, itemRules, people, names, limit, reports, signals } = host;
  const needed = new Map([...apis].filter(([other]) => needs.some((need) => need.name === other)));
  const db: Pick<Db, "query"> = { query: (sql, values) => answerWithin(ds.query(sql, values)) };
  const log = host.log.child({ plugin: name });
  return {
    settings: settings?.values ?? {},
    db,
    ...openPluginLedger(name, { ds, log, itemRules }),
    log,
    incarnation,
    cache: (part, options) => caches.open(`${name}.${part}`, options),
    people: peopleOf(name, db, people, hidden),
    report: (report) => reports.file(report),
    signal: (part, heard) => signals.open(`${name}.${part}`, heard),
    limit: (part, { most, withinS }) => limit(`${name}-${part}`, most, withinS),
    plugin: (other) => apiOf(needed, other, `"${name}" does not name it in its needs`),
    optional<Api>(other: PluginOf<Api>) {
      if (uses.some((used) => used.name === other.name)) return apis.get(other.name) as Api | undefined;
      throw new RoomkeepError("PLUGIN_MISSING", `"${name}" does not name "${other.name}" in its uses.`);
    },
    names: openPluginNames(names),
    onClose: (close) => closers.push(`plugin ${name}`, close),
  };
}

function apiOf<Api>(apis: ReadonlyMap<string, unknown>, { name }: PluginOf<Api>, why: string): Api {
  // By name: after a hot reload the room imports another instance of the plugin's module.
  if (!apis.has(name)) throw new RoomkeepError("PLUGIN_MISSING", `The plugin "${name}" is not open: ${why}.`);
  return apis.get(name) as Api;
}

/** @throws PLUGIN_INVALID two plugins have a command of one name */
function commandsOf(plugins: readonly AnyPlugin[], apis: ReadonlyMap<string, unknown>) {
  const byName = new Map<string, Command<PluginRoom>>();
  for (const plugin of plugins) {
    for (const command of plugin.commands?.(apis.get(plugin.name)) ?? []) {
      if (byName.has(command.name)) {
        const text = `"${plugin.name}": another plugin has the command "${command.name}".`;
        throw new RoomkeepError("PLUGIN_INVALID", text);
      }
      byName.set(command.name, command);
    }
  }
  return [...byName.values()];
}

function partsOf(plugins: readonly AnyPlugin[], apis: ReadonlyMap<string, unknown>, room: PluginRoom) {
  const parts = new Map<string, RoomPart>();
  for (const plugin of plugins) {
    const part = plugin.room?.(room, apis.get(plugin.name));
    if (part) parts.set(plugin.name, part);
  }
  return parts;
}
