export { type OpenPlugins, openPlugins, type ReadyPlugin, readPlugins } from "./open-plugins.ts";
export { deskOperation, type PluginOperation, type PluginOperationContext } from "./operation.ts";
export type { People, PeopleParty } from "./people.ts";
export {
  type AdminPage,
  type AnyPlugin,
  definePlugin,
  type Plugin,
  type PluginDefinition,
  type PluginMigration,
  type PluginServices,
  type SharedLimit,
} from "./plugin.ts";
export type { PluginNames } from "./plugin-names.ts";
export { type PluginRoute, type RouteCaller, type RouteDefinition, route } from "./route.ts";
export { rowsOf } from "./rows.ts";
