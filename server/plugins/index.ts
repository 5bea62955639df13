export { type OpenPlugins, openPlugins, type ReadyPlugin, readPlugins } from "./open-plugins.ts";
export {
  type AdminPage,
  type AnyPlugin,
  definePlugin,
  type Plugin,
  type PluginDefinition,
  type PluginMigration,
  type PluginServices,
} from "./plugin.ts";
export { type PluginRoute, type RouteCaller, type RouteDefinition, route } from "./route.ts";
export { rowsOf } from "./rows.ts";
