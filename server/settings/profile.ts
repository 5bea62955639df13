import { RoomkeepError } from "../../shared/index.ts";

/** What a process runs for: settings may differ by it. */
export type Profile = "development" | "production" | "test";

/** All profiles. */
export const PROFILES: readonly Profile[] = ["development", "production", "test"];

/**
 * The profile of this process: ROOMKEEP_PROFILE, else NODE_ENV where that is one, else production. `roomkeep
 * dev` is development, a test of vitest is test.
 *
 * @throws CONFIG_INVALID ROOMKEEP_PROFILE is none
 */
export function readProfile(env: Readonly<Record<string, string | undefined>>): Profile {
  const isProfile = (name: string | undefined): name is Profile => PROFILES.some((one) => one === name);
  const { ROOMKEEP_PROFILE: told, NODE_ENV: node } = env;
  if (told && !isProfile(told))
    throw new RoomkeepError("CONFIG_INVALID", `ROOMKEEP_PROFILE is none of ${PROFILES.join(", ")}.`);
  return isProfile(told) ? told : isProfile(node) ? node : "production";
}
