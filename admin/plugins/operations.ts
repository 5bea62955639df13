import type { Field } from "../kit/fields.tsx";

/** What an operator does with a plugin, as the server's OpenAPI document tells it. */
export interface PluginOperation {
  readonly plugin: string;
  readonly verb: string;
  /** `plugin.verb` */
  readonly name: string;
  readonly isWrite: boolean;
  readonly permission: string;
  readonly summary: string;
  readonly fields: readonly Field[];
}

interface ParamSchema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

interface Described {
  readonly summary?: string;
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: ParamSchema;
  }[];
  readonly requestBody?: {
    readonly content: {
      readonly "application/json": {
        readonly schema: {
          readonly properties?: Readonly<Record<string, ParamSchema>>;
          readonly required?: readonly string[];
        };
      };
    };
  };
}

/** The part of the document that is read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

const PATH = /^\/v1\/admin\/([\w-]+)\/([\w-]+)$/;
const SUMMARY = /^(.*) \(permission: ([\w-]+)\)$/s;
/** Longest text that fits one line of a form. */
const LINE_MAX = 120;
/** Largest whole number without a limit of its own: it says nothing to who types. */
const { MAX_SAFE_INTEGER } = Number;

/**
 * The operations of a server's plugins, in the order of the document.
 *
 * @param own names of the desk's own routes, which have parts of their own on this page
 */
export function readOperations({ paths }: ApiDocument, own: (name: string) => boolean): PluginOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) => {
    const [, plugin, verb] = PATH.exec(path) ?? [];
    if (plugin === undefined || verb === undefined) return [];
    const name = `${plugin}.${verb}`;
    if (own(name)) return [];
    return Object.entries(methods).flatMap(([method, described]) => {
      const [, summary, permission] = SUMMARY.exec(described.summary ?? "") ?? [];
      // What has no permission is no operation: a route of the server for programs.
      if (summary === undefined || permission === undefined) return [];
      const isWrite = method === "post";
      return [{ plugin, verb, name, isWrite, permission, summary, fields: fieldsOf(described) }];
    });
  });
}

function fieldsOf({ parameters = [], requestBody }: Described): Field[] {
  if (requestBody) {
    const { properties = {}, required = [] } = requestBody.content["application/json"].schema;
    return Object.entries(properties).map(([name, schema]) => fieldOf(name, required.includes(name), schema));
  }
  return parameters
    .filter((one) => one.in === "query")
    .map(({ name, required, description, schema }) =>
      fieldOf(name, required, { ...schema, ...(description !== undefined && { description }) }),
    );
}

function fieldOf(name: string, required: boolean, schema: ParamSchema): Field {
  const { description, enum: values, default: first, minimum, maximum, maxLength } = schema;
  const shared = {
    name,
    label: labelOf(name),
    required,
    ...(description !== undefined && { hint: description }),
    ...(first !== undefined && { first: String(first) }),
  };
  const none = required ? [] : [["", "–"] as const];
  if (values) return { ...shared, kind: "choice", choices: [...none, ...values.map(textTwice)] };
  if (schema.type === "boolean")
    return { ...shared, kind: "boolean", choices: [...none, ["true", "yes"], ["false", "no"]] };
  if (schema.type === "integer" || schema.type === "number")
    return {
      ...shared,
      kind: "number",
      ...(minimum !== undefined && minimum > -MAX_SAFE_INTEGER && { from: minimum }),
      ...(maximum !== undefined && maximum < MAX_SAFE_INTEGER && { to: maximum }),
    };
  return {
    ...shared,
    kind: maxLength !== undefined && maxLength > LINE_MAX ? "text" : "line",
    ...(maxLength !== undefined && { max: maxLength }),
  };
}

const textTwice = (value: unknown): readonly [string, string] => [String(value), String(value)];

/** `endsAt` and `ends-at`: "Ends at" */
export function labelOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll("-", " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A row that an answer lists. */
export type Row = Readonly<Record<string, unknown>>;

/** What is known where a row is shown: the row, and what was asked. */
export interface RowPlace {
  readonly row: Row;
  readonly asked: Row;
}

/**
 * What a write takes from a row, if the row says whom or what it is done to; undefined: it is not for the
 * row. A reason, and what may be left out, is typed.
 */
export function paramsOfRow({ fields }: PluginOperation, { row, asked }: RowPlace): Row | undefined {
  const known: Row = { ...asked, ...row };
  const needed = fields.filter(({ name, required }) => required && name !== "reason");
  const taken = needed.filter(({ name }) => isPlain(known[name]));
  if (!needed.some(({ name }) => isPlain(row[name]))) return undefined;
  if (taken.length < needed.length) return undefined;
  return Object.fromEntries(taken.map(({ name }) => [name, known[name]]));
}

const isPlain = (value: unknown) => typeof value === "string" || typeof value === "number";
