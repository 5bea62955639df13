import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { bootServer } from "../../testing/index.ts";

/**
 * What the operators' page knows of the routes of the desk, made from the server's own OpenAPI document:
 * `npm run admin:types` writes it, and tests/admin/desk-types.test.ts compares.
 */
const FOLDER = fileURLToPath(new URL("../../admin/api", import.meta.url));
const PREFIX = "/v1/admin/";

interface Described {
  readonly summary?: string;
  readonly security?: readonly Record<string, unknown>[];
  readonly parameters?: readonly { in: string; name: string; required: boolean; schema: JSONSchema }[];
  readonly requestBody?: { content: { "application/json": { schema: JSONSchema } } };
  readonly responses: Record<string, { content?: { "application/json": { schema?: JSONSchema } } }>;
}

/** The part of an OpenAPI document that is read here. */
export interface Described31 {
  readonly paths: Record<string, Record<string, Described>>;
}

/** Asks a running server for its document. */
async function readDocument(): Promise<Described31> {
  const { url, close } = await bootServer({});
  const document = (await (await fetch(`${url}/v1/openapi.json`)).json()) as Described31;
  await close();
  return document;
}

/** The generated files by name. */
export async function deskTypes(document?: Described31): Promise<Record<string, string>> {
  const { paths } = document ?? (await readDocument());
  const routes = Object.entries(paths)
    .filter(([path]) => path.startsWith(PREFIX) && !path.includes("{"))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(isOfDesk)
        .map(([method, described]) => ({
          name: path.slice(PREFIX.length).replace("/", "."),
          method: method.toUpperCase(),
          described,
        })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const note = "// Made by `npm run admin:types` from the server's OpenAPI document. Do not edit.\n";
  const properties = routes.map(({ name, described }) => [
    name,
    objectOf({ params: paramsOf(described), result: resultOf(described) }),
  ]);
  const schema = objectOf(Object.fromEntries(properties)) as JSONSchema;
  const types = await compile(schema, "Schema", {
    bannerComment: "",
    additionalProperties: false,
    style: { printWidth: 110 },
  });
  const lines = routes.map(({ name, method, described }) => {
    const [, permission = ""] = /\(permission: (\w+)\)/.exec(described.summary ?? "") ?? [];
    return `  ${/\W/.test(name) ? JSON.stringify(name) : name}: ["${method}", "${permission}"],`;
  });
  return {
    "schema.d.ts": `${note}${types}`,
    "routes.ts": `${note}
/** Method and permission of each route of the desk. */
export const ROUTES = {
${lines.join("\n")}
} as const;
`,
  };
}

/** Programs with an access token have routes of their own beside it. */
const isOfDesk = ([, { security = [] }]: readonly [string, Described]) =>
  !security.some((one) => "accessToken" in one);

function objectOf(properties: Record<string, JSONSchema>): JSONSchema {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

function paramsOf({ parameters = [], requestBody }: Described): JSONSchema {
  if (requestBody) return plainSchema(requestBody.content["application/json"].schema) as JSONSchema;
  const query = parameters.filter((one) => one.in === "query");
  return {
    type: "object",
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, plainSchema(schema)])) as never,
    required: query.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  };
}

function resultOf({ responses }: Described): JSONSchema {
  const [, good] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  return plainSchema(good?.content?.["application/json"]?.schema ?? { type: "null" }) as JSONSchema;
}

/** JSON Schema 2020-12 says a tuple by `prefixItems`; without bounds, that types stay short. */
function plainSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plainSchema);
  if (typeof schema !== "object" || schema === null) return schema;
  const { prefixItems, maxItems: _most, minItems: _least, ...rest } = schema as Record<string, unknown>;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, plainSchema(value)]));
  if (!Array.isArray(prefixItems)) return plain;
  const { length } = prefixItems;
  return {
    ...plain,
    items: plainSchema(prefixItems),
    minItems: length,
    maxItems: length,
    additionalItems: false,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(await deskTypes())) writeFileSync(join(FOLDER, file), text);
  process.exit();
}
