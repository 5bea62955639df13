import { definePlugin } from "roomkeep/server";
import { z } from "zod";
import { type Collection, isCollection } from "./collection.ts";
import { storageOperations } from "./desk.ts";
import { exportMetrics } from "./metrics.ts";
import { values } from "./migration.ts";
import { retentionOf } from "./retention.ts";
import { storageRoutes } from "./routes.ts";
import { type OpenStorage, openStorage } from "./storage.ts";

export {
  type Collection,
  type CollectionDefinition,
  defineCollection,
  type Ownership,
} from "./collection.ts";
export type { PlaceIn } from "./place.ts";
export type { ListOptions, OpenStorage, Page, Storage, Stored, Transaction } from "./storage.ts";
export { VersionStale } from "./writes.ts";

const collections = z
  .array(z.custom<Collection>(isCollection, "not made by defineCollection"))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "two have the same name")
  .default([])
  // Schemas are code: no operator sets them, and the list of settings does not show them.
  .meta({ secret: true });

/**
 * Keeps a game's own values in the database: by collection, per player or shared, with permissions, versions
 * to compare by, limits, and transactions. Its API is {@link Storage}; players reach it by `/v1/storage`.
 *
 * @example
 * export const plugins = [storage.with({ collections: [loadouts] })];
 *
 * // In a room:
 * const saved = await this.plugin(storage).get(loadouts, { owner: claim.sheet.accountId, key: "main" });
 */
export const storage = definePlugin({
  name: "storage",
  version: "1.0.0",
  settings: z.object({ collections }),
  migrations: [values],
  open: ({ settings, db, transaction }): OpenStorage =>
    openStorage(settings.collections, { db, transaction }),
  routes: storageRoutes,
  operations: storageOperations,
  metrics: exportMetrics,
  retention: ({ collections: all }) => retentionOf(all),
});
