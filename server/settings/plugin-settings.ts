import type { AnyPlugin } from "../plugins/plugin.ts";
import { fromEnvironment } from "./read-settings.ts";
import { openSettingGroup, type SettingGroup } from "./setting-group.ts";

/**
 * Opens the settings of a plugin: what `with` gave, over it what operators have set, over it environment
 * variables. `maxEntries` of `guest-book` is ROOMKEEP_GUEST_BOOK_MAX_ENTRIES.
 *
 * @returns undefined: it has none
 * @param env variables of the operator, without those of roomkeep itself
 * @throws CONFIG_INVALID naming each setting that cannot be used; never its value
 */
export function readPluginSettings(
  { name, settings, given }: AnyPlugin,
  env: Readonly<Record<string, string>>,
): SettingGroup | undefined {
  if (!settings) return undefined;
  const prefix = `ROOMKEEP_${name.replaceAll("-", "_").toUpperCase()}`;
  const variables = fromEnvironment(prefix, Object.keys(settings.shape), env);
  return openSettingGroup({
    owner: name,
    schema: settings,
    below: [{ values: given, nameOf: (key) => `${key} or ${variables.nameOf(key)}`, from: "with" }],
    variables,
    what: `These settings of the plugin "${name}"`,
  });
}
