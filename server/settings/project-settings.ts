import { readFileSync } from "node:fs";
import type { BaseLogger } from "pino";
import { RoomkeepError } from "../../shared/index.ts";
import type { Config } from "../config.ts";
import type { Database } from "../storage/database.ts";
import { openCoreSettings } from "./core-settings.ts";
import { definedProfiles } from "./defined-settings.ts";
import { type LiveSettings, openLiveSettings } from "./live-settings.ts";
import { PROFILES, readProfile } from "./profile.ts";
import type { SettingGroup } from "./setting-group.ts";

/** All settings of a process, before its database is open. */
export interface ProjectSettings {
  /** Its live values are those of now. */
  readonly config: Config;
  /** Takes over what operators have set. */
  open(
    database: Pick<Database, "ds" | "kind">,
    log: Pick<BaseLogger, "info" | "warn">,
  ): Promise<LiveSettings>;
}

/**
 * Puts the settings of roomkeep, of its games and of its plugins together.
 *
 * @throws CONFIG_INVALID ROOMKEEP_PROFILE is no profile of any game
 */
export function openProjectSettings(
  config: Config,
  plugins: readonly { readonly settings: SettingGroup | undefined }[],
): ProjectSettings {
  const { ROOMKEEP_PROFILE: profile } = config.given;
  if (profile !== undefined && !PROFILES.includes(profile) && !definedProfiles().has(profile)) {
    const known = [...new Set([...PROFILES, ...definedProfiles()])].join(", ");
    throw new RoomkeepError("CONFIG_INVALID", `ROOMKEEP_PROFILE is none of ${known}.`);
  }
  const core = openCoreSettings(config);
  return {
    config: core.config,
    open: ({ ds, kind }, log) =>
      openLiveSettings({
        ds,
        log,
        groups: [core.group, ...plugins.flatMap(({ settings }) => settings ?? [])],
        profile: readProfile({ ...process.env, ...config.given }, [...definedProfiles()]),
        version: config.version ?? projectVersion(),
        // The embedded database is this process's alone.
        looks: kind === "postgres",
      }),
  };
}

/** Of the project in whose folder this process runs; "0": it has none. */
function projectVersion(): string {
  try {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version?: unknown };
    return typeof version === "string" ? version : "0";
  } catch {
    return "0"; // a folder without a package.json is no fault
  }
}
