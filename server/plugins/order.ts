import { RoomkeepError } from "../../shared/index.ts";
import type { AnyPlugin } from "./plugin.ts";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Orders plugins: each after those that it needs or uses, otherwise as listed.
 *
 * @throws PLUGIN_INVALID a name is invalid, or two plugins have it
 * @throws PLUGIN_MISSING the list lacks a plugin that another one needs
 * @throws PLUGIN_CYCLE plugins need or use each other in a circle
 */
export function orderPlugins(plugins: readonly AnyPlugin[]): readonly AnyPlugin[] {
  const listed = new Map<string, AnyPlugin>();
  for (const plugin of plugins) {
    const { name } = plugin;
    if (!NAME.test(name))
      throw new RoomkeepError(
        "PLUGIN_INVALID",
        `"${name}" is not a valid plugin name: use a-z, 0-9 and hyphens.`,
      );
    if (listed.has(name)) throw new RoomkeepError("PLUGIN_INVALID", `Two plugins are named "${name}".`);
    listed.set(name, plugin);
  }
  const ordered = new Set<AnyPlugin>();
  const visit = (plugin: AnyPlugin, path: readonly string[]): void => {
    if (ordered.has(plugin)) return;
    const way = [...path, plugin.name];
    if (path.includes(plugin.name))
      throw new RoomkeepError("PLUGIN_CYCLE", `Plugins need each other: ${way.join(" → ")}.`);
    for (const { name } of plugin.uses ?? []) {
      const used = listed.get(name);
      if (used) visit(used, way);
    }
    for (const { name } of plugin.needs ?? []) {
      const needed = listed.get(name);
      if (!needed) {
        const text = `The plugin "${plugin.name}" needs "${name}", which server/main does not list.`;
        throw new RoomkeepError("PLUGIN_MISSING", text);
      }
      visit(needed, way);
    }
    ordered.add(plugin);
  };
  for (const plugin of plugins) visit(plugin, []);
  return [...ordered];
}
