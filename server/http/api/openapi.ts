import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../../../shared/index.ts";
import { CSRF_HEADER, SESSION_COOKIE } from "../../desk/sign-in/cookie.ts";
import { flatParameters } from "../../operations/run/params.ts";
import { endpoint, type Question, statusOf } from "./answer.ts";

/** Codes that any endpoint may answer with. */
const ALWAYS: readonly ErrorCode[] = ["RATE_LIMITED", "DATABASE_UNAVAILABLE"];
const OF_A_TOKEN: readonly ErrorCode[] = [
  "TOKEN_INVALID",
  "TOKEN_EXPIRED",
  "TOKEN_REVOKED",
  "TOKEN_OUTDATED",
];
const OF_A_SESSION: readonly ErrorCode[] = ["SESSION_NEEDED", "ORIGIN_FOREIGN", "CSRF_NEEDED", "ROLE_NEEDED"];

/** An endpoint with the description that `endpoint` puts into its metadata. */
interface Described {
  options?: { metadata?: { question?: Question<never> } };
}

/**
 * `GET /v1/openapi.json`: the requests and answers of the other endpoints under /v1, from their own schemas.
 */
export function openapiEndpoint(endpoints: Record<string, unknown>, version: string) {
  let made: unknown;
  return {
    openapi: endpoint({
      method: "GET",
      path: "/v1/openapi.json",
      answer: () => (made ??= describeApi(endpoints, version)),
    }),
  };
}

/** The OpenAPI 3.1 document of those endpoints that were made by `endpoint` under /v1. */
export function describeApi(endpoints: Record<string, unknown>, version: string) {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [id, one] of Object.entries(endpoints)) {
    const question = (one as Described).options?.metadata?.question;
    if (!question?.path.startsWith("/v1/")) continue;
    const path = question.path.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [question.method.toLowerCase()]: operationOf(id, question) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "roomkeep",
      version,
      description: "Accounts, characters and rooms. Errors carry a stable code.",
    },
    paths,
    components: {
      securitySchemes: {
        accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        deskSession: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
      },
    },
  };
}

function operationOf(id: string, question: Question<never>) {
  const { summary, path, method, result, status = 200, signedIn, session, codes = [], invalid } = question;
  const { query, body } = question.documents ?? { body: question.body };
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => parameterOf("path", name ?? "")),
    ...(query ? queryOf(query) : []),
    ...(session && method !== "GET" ? [parameterOf("header", CSRF_HEADER)] : []),
  ];
  const own = body || query ? [invalid ?? "MESSAGE_INVALID"] : [];
  const signed = [...(signedIn ? OF_A_TOKEN : []), ...(session ? OF_A_SESSION : [])];
  const all = new Set([...codes, ...own, ...signed, ...ALWAYS]);
  return {
    operationId: id,
    ...(summary && { summary }),
    ...(signedIn && { security: [{ accessToken: [] }] }),
    ...(session && { security: [{ deskSession: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: jsonOf(body, "input") } }),
    responses: {
      [status]: {
        description: "Done",
        ...(status !== 204 && { content: result ? jsonOf(result, "output") : { "application/json": {} } }),
      },
      ...errorsOf([...all]),
    },
  };
}

function parameterOf(place: "path" | "header", name: string) {
  return { name, in: place, required: true, schema: { type: "string" } };
}

function queryOf(query: z.ZodObject) {
  return flatParameters(query).map(({ name, required, schema: { description, ...schema } }) => ({
    name,
    in: "query",
    required,
    ...(description && { description }),
    schema,
  }));
}

function errorsOf(codes: readonly ErrorCode[]) {
  const statuses = [...new Set(codes.map(statusOf))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const told = codes.filter((code) => statusOf(code) === status);
      const shape = z.object({ code: z.enum(told as [ErrorCode, ...ErrorCode[]]), message: z.string() });
      const description = told.map((code) => `${code}: ${ERROR_CODES[code]}`).join("\n\n");
      return [status, { description, content: jsonOf(shape, "output") }];
    }),
  );
}

function jsonOf(schema: z.ZodType, io: "input" | "output") {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return { "application/json": { schema: rest } };
}
