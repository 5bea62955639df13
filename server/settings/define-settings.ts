import { readFileSync } from "node:fs";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { addDefinedSettings } from "./defined-settings.ts";
import { PROFILE_NAME, type ProfileValues, profileValues, readProfile } from "./profile.ts";
import { fromEnvironment, type SettingSource } from "./read-settings.ts";
import { openSettingGroup } from "./setting-group.ts";

/** The settings of a game and where they come from, for {@link defineSettings}. */
export interface SettingsDefinition<Shape extends z.ZodRawShape> {
  /** Begins the names of the environment variables: `roundSeconds` with `YARD` is YARD_ROUND_SECONDS. */
  readonly prefix: string;
  /**
   * The settings as zod types, with a default where there is one. Numbers and booleans need no coercion.
   * `.meta({ live: true })` lets operators change one while the server runs, `.describe("…")` tells them what
   * it does, `.meta({ secret: true })` keeps it from them.
   */
  readonly shape: Shape;
  /**
   * What differs by what the process runs for: `development`, `production`, `test`, and profiles of your own,
   * which may inherit another one: `stress: { inherits: "test", roundSeconds: 5 }`.
   */
  readonly profiles?: Readonly<
    Record<string, { readonly inherits?: string } & Partial<z.input<z.ZodObject<Shape>>>>
  >;
  /**
   * A JSON file with some of them, from the folder that the process runs in. The operator's
   * <PREFIX>_SETTINGS_FILE wins.
   */
  readonly file?: string;
}

/**
 * Reads the settings of a game: the defaults, over them its profile's, over them those of a file, over them
 * what operators have set, over them environment variables. All but the operators' are read once, when the
 * module that defines them is loaded, so that a wrong one ends the start. What operators have set is read
 * from the database before the first room opens, and a setting that is `live` follows it from then on: read
 * it where you use it, from the same object. Only the server's code may import them. The profile is
 * ROOMKEEP_PROFILE, else NODE_ENV, else production; `roomkeep dev` is development, and a test of vitest is
 * test.
 *
 * @param env read instead of the process's own variables, for tests: operators do not know these settings
 * @throws RoomkeepError CONFIG_INVALID naming each variable, key of the file, or key of the profile that
 *   cannot be used; never its value
 * @example
 * export const settings = defineSettings({
 *   prefix: "YARD",
 *   shape: {
 *     roundSeconds: z.int().min(10).default(180).meta({ live: true }).describe("Length of a round."),
 *     greeting: z.string().default("Hello!"),
 *   },
 *   profiles: { development: { roundSeconds: 30 } },
 * });
 */
export function defineSettings<Shape extends z.ZodRawShape>(
  { prefix, shape, profiles = {}, file }: SettingsDefinition<Shape>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<z.output<z.ZodObject<Shape>>> {
  if (!/^[A-Z][A-Z0-9_]*$/.test(prefix) || /^ROOMKEEP(_|$)/.test(prefix))
    throw new RoomkeepError(
      "CONFIG_INVALID",
      `"${prefix}" cannot begin the names of settings: use A-Z, 0-9 and _.`,
    );
  checkProfiles(prefix, shape, profiles);
  const profile = readProfile(env, Object.keys(profiles));
  const variables = fromEnvironment(prefix, Object.keys(shape), env);
  const path = env[`${prefix}_SETTINGS_FILE`] || file;
  const group = openSettingGroup({
    owner: prefix,
    schema: z.strictObject(shape),
    below: [
      {
        values: profileValues(profiles, profile, prefix),
        nameOf: (key) => `${key} of the profile ${profile}`,
        from: "profile",
      },
      ...(path === undefined ? [] : [{ ...fromFile(path), from: "file" as const }]),
    ],
    variables,
    what: `These settings of ${prefix}`,
  });
  if (env === process.env) addDefinedSettings(group, Object.keys(profiles));
  return group.values as Readonly<z.output<z.ZodObject<Shape>>>;
}

/** @throws CONFIG_INVALID a profile of another name, or a circle, even in one that is not in use */
function checkProfiles(
  prefix: string,
  shape: z.ZodRawShape,
  profiles: Readonly<Record<string, ProfileValues>>,
): void {
  if (Object.hasOwn(shape, "inherits"))
    throw new RoomkeepError("CONFIG_INVALID", `A setting of ${prefix} cannot be called "inherits".`);
  for (const name of Object.keys(profiles)) {
    if (!PROFILE_NAME.test(name))
      throw new RoomkeepError(
        "CONFIG_INVALID",
        `"${name}" of ${prefix} cannot be the name of a profile: use a-z, 0-9 and hyphens.`,
      );
    profileValues(profiles, name, prefix);
  }
}

/** @throws CONFIG_INVALID it cannot be read, or is no JSON object */
function fromFile(path: string): SettingSource {
  const unusable = (reason: string) =>
    new RoomkeepError("CONFIG_INVALID", `The settings file ${path} cannot be used: ${reason}.`);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unusable((error as NodeJS.ErrnoException).code ?? "it cannot be read");
  }
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && !Array.isArray(values))
      return { values: values as Record<string, unknown>, nameOf: (key) => `${key} in ${path}` };
  } catch {
    // The parser's message quotes what stands there, which may be secret.
  }
  throw unusable("it is no JSON object");
}
