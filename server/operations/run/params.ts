import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";

/** A parameter as a query or a command line carries it. */
export interface FlatParameter {
  readonly name: string;
  /** Of the command line: `--room-id` for `roomId`. */
  readonly flag: string;
  readonly required: boolean;
  readonly type: "text" | "number" | "whole number" | "yes or no";
  readonly schema: JsonSchema;
}

/** The part of a JSON schema that is read here. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

const TYPES: Readonly<Record<string, FlatParameter["type"]>> = {
  number: "number",
  integer: "whole number",
  boolean: "yes or no",
};

/** The parameters of an operation, by its schema. */
export function flatParameters(params: z.ZodObject): readonly FlatParameter[] {
  const { properties = {}, required = [] } = z.toJSONSchema(params, { io: "input" });
  return Object.entries(properties).map(([name, property]) => {
    const schema = property as JsonSchema;
    const type = TYPES[schema.type ?? ""] ?? "text";
    return { name, flag: flagOf(name), required: required.includes(name), type, schema };
  });
}

function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Reads the texts of a query or a command line as the schema has them: `5` as a number, `true` as a yes. What
 * fits no type stays a text, which the schema refuses.
 *
 * @throws MESSAGE_INVALID a value does not fit, is missing, or has no parameter
 */
export function readTexts<P extends z.ZodObject>(
  params: P,
  texts: Readonly<Record<string, unknown>>,
): z.output<P> {
  return readParams(params, typedTexts(flatParameters(params), texts));
}

/** Texts as the types of their parameters have them. What fits no type stays a text. */
export function typedTexts(
  parameters: readonly FlatParameter[],
  texts: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const types = new Map(parameters.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, readText(text, types.get(name))] as const),
  );
}

/** Checks the parameters of a request. @throws MESSAGE_INVALID */
export function readParams<P extends z.ZodObject>(params: P, given: unknown): z.output<P> {
  const parsed = params.strict().safeParse(given);
  if (parsed.success) return parsed.data as z.output<P>;
  const [issue] = parsed.error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw new RoomkeepError("MESSAGE_INVALID", `${where}${issue?.message ?? "does not fit"}`);
}

function readText(text: unknown, type: FlatParameter["type"] | undefined): unknown {
  if (typeof text !== "string") return text;
  if (type === "yes or no") return text === "true" ? true : text === "false" ? false : text;
  const isNumber = type === "number" || type === "whole number";
  return isNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
