export { type RunningServer, startServer } from "./boot.ts";
export type { Cache } from "./cache.ts";
export { type Config, readConfig } from "./config.ts";
export type { GameClass, Games } from "./game-class.ts";
export {
  createSnapshotCodec,
  type SnapshotCodec,
} from "./persistence/snapshot-codec.ts";
export {
  type AdminPage,
  type AnyPlugin,
  definePlugin,
  type Plugin,
  type PluginDefinition,
  type PluginMigration,
  type PluginRoute,
  type PluginServices,
  type RouteCaller,
  type RouteDefinition,
  route,
} from "./plugins/index.ts";
export { defineSettings } from "./settings/define-settings.ts";
export { type Db, IN_MEMORY } from "./storage/database.ts";
export type { Retention } from "./storage/retention.ts";
