import { z } from "zod";

/** What is known of a setting besides its value, by its zod type. */
export interface SettingDescription {
  /** For people; empty: none. */
  readonly description: string;
  /** True: a value that an operator sets counts at once, in all processes. */
  readonly live: boolean;
  /** True: it is never shown, and cannot be set but by the environment. */
  readonly secret: boolean;
  /** Type, range and default, as JSON Schema. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/** Names of what is secret unless its type says otherwise: a forgotten mark must not show a password. */
const SECRET_NAMES = /(password|secret|token|key|credential|dsn)s?$/i;

/** Reads a setting's description, range, `live` and `secret` from its zod type. */
export function describeSetting(key: string, field: z.ZodType): SettingDescription {
  const { description = "", live, secret, $schema: _, ...schema } = schemaOf(field);
  return {
    description: String(description),
    live: live === true,
    secret: secret === true || (secret !== false && SECRET_NAMES.test(key)),
    schema,
  };
}

/** What an operator may write: of a type that changes what it is given, what it is given. */
function schemaOf(field: z.ZodType): Record<string, unknown> {
  try {
    return { ...z.toJSONSchema(field, { io: "input", unrepresentable: "any" }) };
  } catch {
    return {}; // a type without a JSON Schema has no range that can be shown
  }
}
