import { valueText } from "../kit/format.ts";

/** What a value may be, in words: "whole number from 10 to 600". */
export function rangeText(schema: Record<string, unknown>): string {
  const { type, minimum, maximum, maxLength, pattern } = schema;
  const choices = schema.enum;
  if (Array.isArray(choices)) return `one of ${choices.map(valueText).join(", ")}`;
  const kind =
    (
      { integer: "whole number", number: "number", boolean: "true or false", string: "text" } as Record<
        string,
        string
      >
    )[String(type)] ?? String(type ?? "any JSON");
  const from = typeof minimum === "number" && minimum > -Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : "";
  const to = typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : "";
  const length = typeof maxLength === "number" ? ` of at most ${maxLength} characters` : "";
  const form = typeof pattern === "string" ? ` as ${pattern}` : "";
  return `${kind}${from}${to}${length}${form}`;
}

/** What a setting's place tells, in words. */
export const FROM_TEXT: Readonly<Record<string, string>> = {
  environment: "the environment",
  live: "set here",
  file: "the project's file",
  with: "server/main",
  profile: "the profile",
  default: "the default",
};
