import { watchOf } from "../../rooms/internal.ts";

/**
 * Calls `listener` after each change of a live setting, for what keeps something by it, such as a pool that
 * has as many connections. A room uses its own `onSetting`; whoever reads the setting where it is used needs
 * neither.
 *
 * @param settings of `defineSettings`, or those that a plugin's `open` was given
 * @returns how to stop
 * @throws TypeError they are no such settings
 * @example
 * onClose(watchSetting(settings, "poolSize", (size) => pool.resize(size)));
 */
export function watchSetting<S extends object, K extends keyof S & string>(
  settings: S,
  key: K,
  listener: (value: S[K]) => void,
): () => void {
  return watchOf(settings).watch(key, () => listener(settings[key]));
}
