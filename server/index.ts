export { type RunningServer, startServer } from "./boot.ts";
export type { Cache } from "./cache.ts";
export { type Config, readConfig } from "./config.ts";
export { defineFlags, type Flags } from "./flags/define-flags.ts";
export type { GameClass, Games } from "./game-class.ts";
export {
  createSnapshotCodec,
  type SnapshotCodec,
} from "./persistence/snapshot-codec.ts";
export {
  type AdminPage,
  type AnyPlugin,
  definePlugin,
  deskOperation,
  type People,
  type PeopleParty,
  type Plugin,
  type PluginDefinition,
  type PluginMigration,
  type PluginNames,
  type PluginOperation,
  type PluginOperationContext,
  type PluginRoute,
  type PluginServices,
  type RouteCaller,
  type RouteDefinition,
  route,
  type SharedLimit,
} from "./plugins/index.ts";
export { defineSettings } from "./settings/define-settings.ts";
export { watchSetting } from "./settings/watch-setting.ts";
export { type Db, IN_MEMORY } from "./storage/database.ts";
export type { Retention } from "./storage/retention.ts";
export type { ErrorReport } from "./telemetry/errors/error-report.ts";
