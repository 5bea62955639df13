import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import type { AnyPlugin } from "roomkeep/server";
import type { DataSource } from "typeorm";
import { openPeopleReach } from "../../rooms/internal.ts";
import { openNameRules, RESERVED_NAMES } from "../../server/accounts/name-rules.ts";
import { openRateLimit } from "../../server/accounts/rate-limit.ts";
import { openCaches } from "../../server/cache.ts";
import { openClosers } from "../../server/closers.ts";
import { slotsOf } from "../../server/items/containers.ts";
import { openPlugins, readPlugins } from "../../server/plugins/index.ts";
import { openSignals } from "../../server/plugins/signals.ts";
import { testLog } from "../helpers/databases.ts";

interface PluginsOn {
  readonly plugins: readonly unknown[];
  /** Templates of items, each with the size of a stack. */
  readonly templates?: Readonly<Record<string, { stack: number }>>;
  /** Environment variables of settings. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Opens plugins on a database as a process does, without rooms. Their tables are there already. */
export async function openPluginsOn(ds: DataSource, { plugins, templates = {}, env = {} }: PluginsOn) {
  const closers = openClosers(testLog);
  const registry = new Registry();
  const incarnation = randomUUID();
  const open = await openPlugins(readPlugins(plugins as readonly AnyPlugin[], env), {
    ...{ ds, log: testLog, incarnation, closers, registry, itemRules: { templates, slotsOf } },
    caches: openCaches({ keepMs: 0, size: 10, registry, tell: () => {} }),
    people: openPeopleReach(testLog),
    names: openNameRules(RESERVED_NAMES.split(",")),
    limit: (_, points, seconds) => openRateLimit(points, seconds),
    // There is no other process to tell, and nobody reports anything.
    reports: { file: () => Promise.reject(new Error("no reports here")) },
    signals: openSignals(incarnation, testLog, async () => {}),
  });
  return { open, registry, close: async () => closers.close() };
}
