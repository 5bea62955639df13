import type { AnyPlugin } from "../plugins/plugin.ts";
import { fromEnvironment, readSettings } from "./read-settings.ts";

/**
 * The settings of a plugin: what `with` gave, and over it environment variables. `maxEntries` of `guest-book`
 * is ROOMKEEP_GUEST_BOOK_MAX_ENTRIES.
 *
 * @param env variables of the operator, without those of roomkeep itself
 * @throws CONFIG_INVALID naming each setting that cannot be used; never its value
 */
export function readPluginSettings(
  { name, settings, given }: AnyPlugin,
  env: Readonly<Record<string, string>>,
): Record<string, unknown> {
  if (!settings) return {};
  const prefix = `ROOMKEEP_${name.replaceAll("-", "_").toUpperCase()}`;
  const variables = fromEnvironment(prefix, Object.keys(settings.shape), env);
  const list = { values: given, nameOf: (key: string) => `${key} or ${variables.nameOf(key)}` };
  return readSettings(settings, [list, variables], `These settings of the plugin "${name}"`);
}
