import { RoomkeepError } from "../../shared/index.ts";

/** What a process runs for: one of these, or one of a game's own. Settings may differ by it. */
export const PROFILES: readonly string[] = ["development", "production", "test"];

/** Names of profiles. */
export const PROFILE_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** What settings are in a profile; `inherits` names the one whose settings it begins with. */
export type ProfileValues = Readonly<Record<string, unknown>> & { readonly inherits?: string };

/**
 * The profile of this process: ROOMKEEP_PROFILE, else NODE_ENV where that is one, else production. `roomkeep
 * dev` is development, a test of vitest is test.
 *
 * @param own profiles of a game, beside {@link PROFILES}
 * @throws CONFIG_INVALID ROOMKEEP_PROFILE is none
 */
export function readProfile(
  env: Readonly<Record<string, string | undefined>>,
  own: readonly string[] = [],
): string {
  const isProfile = (name: string | undefined) =>
    name !== undefined && (PROFILES.includes(name) || own.includes(name));
  const { ROOMKEEP_PROFILE: told, NODE_ENV: node } = env;
  if (told && !isProfile(told)) {
    const known = [...new Set([...PROFILES, ...own])];
    throw new RoomkeepError("CONFIG_INVALID", `ROOMKEEP_PROFILE is none of ${known.join(", ")}.`);
  }
  if (told) return told;
  return node !== undefined && isProfile(node) ? node : "production";
}

/**
 * The values of a profile, over those of the profile that it inherits, and so on.
 *
 * @param whose for the error
 * @throws CONFIG_INVALID profiles inherit each other in a circle, or one inherits a profile that there is not
 */
export function profileValues(
  profiles: Readonly<Record<string, ProfileValues | undefined>>,
  name: string,
  whose: string,
): Record<string, unknown> {
  const chain: string[] = [];
  const values: Record<string, unknown>[] = [];
  for (let at: string | undefined = name; at !== undefined; ) {
    if (chain.includes(at)) {
      const circle = [...chain.slice(chain.indexOf(at)), at].join(" -> ");
      throw new RoomkeepError("CONFIG_INVALID", `Profiles of ${whose} inherit in a circle: ${circle}.`);
    }
    if (!PROFILES.includes(at) && !Object.hasOwn(profiles, at))
      throw new RoomkeepError(
        "CONFIG_INVALID",
        `The profile ${chain.at(-1)} of ${whose} inherits "${at}", which there is not.`,
      );
    chain.push(at);
    const { inherits, ...own }: ProfileValues = profiles[at] ?? {};
    values.unshift(own);
    at = inherits;
  }
  return Object.assign({}, ...values);
}
