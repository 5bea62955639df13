import { readFileSync } from "node:fs";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { type Profile, readProfile } from "./profile.ts";
import { fromEnvironment, readSettings, type SettingSource } from "./read-settings.ts";

/** The settings of a game and where they come from, for {@link defineSettings}. */
export interface SettingsDefinition<Shape extends z.ZodRawShape> {
  /** Begins the names of the environment variables: `roundSeconds` with `YARD` is YARD_ROUND_SECONDS. */
  readonly prefix: string;
  /** The settings as zod types, with a default where there is one. Numbers and booleans need no coercion. */
  readonly shape: Shape;
  /** What differs by what the process runs for. */
  readonly profiles?: Readonly<Partial<Record<Profile, Partial<z.input<z.ZodObject<Shape>>>>>>;
  /**
   * A JSON file with some of them, from the folder that the process runs in. The operator's
   * <PREFIX>_SETTINGS_FILE wins.
   */
  readonly file?: string;
}

/**
 * Reads the settings of a game: the defaults, over them its profile's, over them those of a file, over them
 * environment variables. They are read once, when the module that defines them is loaded, so that a wrong one
 * ends the start. Only the server's code may import them. The profile is ROOMKEEP_PROFILE, else NODE_ENV,
 * else production; `roomkeep dev` is development, and a test of vitest is test.
 *
 * @param env read instead of the process's own variables, for tests
 * @throws RoomkeepError CONFIG_INVALID naming each variable, key of the file, or key of the profile that
 *   cannot be used; never its value
 * @example
 * export const settings = defineSettings({
 *   prefix: "YARD",
 *   shape: { roundSeconds: z.int().min(10).default(180), greeting: z.string().default("Hello!") },
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
  const profile = readProfile(env);
  const variables = fromEnvironment(prefix, Object.keys(shape), env);
  const path = env[`${prefix}_SETTINGS_FILE`] || file;
  const sources: SettingSource[] = [
    { values: profiles[profile] ?? {}, nameOf: (key) => `${key} of the profile ${profile}` },
    ...(path === undefined ? [] : [fromFile(path)]),
    variables,
  ];
  const read = readSettings(z.strictObject(shape), sources, `These settings of ${prefix}`);
  return Object.freeze(read) as Readonly<z.output<z.ZodObject<Shape>>>;
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
