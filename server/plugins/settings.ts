import { RoomkeepError } from "../../shared/index.ts";
import type { AnyPlugin } from "./plugin.ts";

/**
 * The settings of a plugin: those of `with`, overridden by environment variables.
 *
 * @param env variables of the operator, without those of roomkeep itself
 * @throws CONFIG_INVALID naming each setting that cannot be used; never its value
 */
export function readSettings(
  { name, settings, given }: AnyPlugin,
  env: Readonly<Record<string, string>>,
): Record<string, unknown> {
  if (!settings) return {};
  const told = Object.keys(settings.shape).flatMap((key) => {
    const value = env[variableOf(name, key)];
    return value === undefined ? [] : [[key, value] as const];
  });
  const parsed = settings.safeParse({ ...given, ...Object.fromEntries(told) });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path: [key = ""], message }) => `${String(key)} or ${variableOf(name, String(key))} (${message})`,
  );
  const text = `These settings of the plugin "${name}" cannot be used: ${problems.join(", ")}.`;
  throw new RoomkeepError("CONFIG_INVALID", text);
}

/** `maxEntries` of `guest-book` is ROOMKEEP_GUEST_BOOK_MAX_ENTRIES. */
function variableOf(plugin: string, key: string): string {
  const words = `${plugin}-${key.replace(/[A-Z]/g, (letter) => `-${letter}`)}`;
  return `ROOMKEEP_${words.replaceAll("-", "_").toUpperCase()}`;
}
