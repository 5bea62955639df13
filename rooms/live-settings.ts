/** Under which a settings object has its {@link SettingsWatch}, in every copy of this module. */
export const SETTINGS: unique symbol = Symbol.for("roomkeep.settings");

/** What a settings object knows beside its values. */
export interface SettingsWatch {
  /** The name by which operators know a setting, such as YARD_ROUND_SECONDS. */
  nameOf(key: string): string;
  /** Calls `listener` after each change of a setting's value. @returns how to stop */
  watch(key: string, listener: () => void): () => void;
}

/**
 * The watch of a settings object.
 *
 * @throws TypeError it was not made by `defineSettings`
 */
export function watchOf(settings: object): SettingsWatch {
  const watch = (settings as { readonly [SETTINGS]?: SettingsWatch })[SETTINGS];
  if (watch) return watch;
  throw new TypeError("Only what `defineSettings` or a plugin's `settings` gives can be watched.");
}
