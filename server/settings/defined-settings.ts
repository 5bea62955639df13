import type { SettingGroup } from "./setting-group.ts";

/** Settings that modules of this process have defined: as `defineSettings` was called, so are they here. */
const defined: SettingGroup[] = [];
const profiles = new Set<string>();
const added = new Set<(group: SettingGroup) => void>();

/** Groups of one owner that are kept: after an edit under `roomkeep dev` its rooms are soon replaced. */
const OWN_MAX = 3;

/** Adds the settings of a module that was loaded, also once more after an edit under `roomkeep dev`. */
export function addDefinedSettings(group: SettingGroup, ownProfiles: readonly string[]): void {
  const same = defined.filter(({ owner }) => owner === group.owner);
  if (same.length >= OWN_MAX) defined.splice(defined.indexOf(same[0] as SettingGroup), 1);
  defined.push(group);
  for (const name of ownProfiles) profiles.add(name);
  for (const listener of added) listener(group);
}

/** Those of all modules, in the order of their loading; after an edit there are two of one owner. */
export const definedSettings = (): readonly SettingGroup[] => defined;

/** Names of the profiles of all games. */
export const definedProfiles = (): ReadonlySet<string> => profiles;

/** Calls `listener` for settings that are defined from now on. @returns how to stop */
export function onDefinedSettings(listener: (group: SettingGroup) => void): () => void {
  added.add(listener);
  return () => void added.delete(listener);
}
