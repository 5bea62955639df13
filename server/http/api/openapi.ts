import { z } from "zod";
import { ERROR_CODES, type ErrorCode } from "../../../shared/index.ts";
import { endpoint, type Question, statusOf } from "./answer.ts";

/** Codes that any endpoint may answer with. */
const ALWAYS: readonly ErrorCode[] = ["RATE_LIMITED", "DATABASE_UNAVAILABLE"];
const OF_A_TOKEN: readonly ErrorCode[] = [
  "TOKEN_INVALID",
  "TOKEN_EXPIRED",
  "TOKEN_REVOKED",
  "TOKEN_OUTDATED",
];

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
    components: { securitySchemes: { accessToken: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
  };
}

function operationOf(id: string, question: Question<never>) {
  const { summary, path, body, result, status = 200, signedIn, codes = [], invalid } = question;
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const own = body ? [invalid ?? "MESSAGE_INVALID"] : [];
  const all = new Set([...codes, ...own, ...(signedIn ? OF_A_TOKEN : []), ...ALWAYS]);
  return {
    operationId: id,
    ...(summary && { summary }),
    ...(signedIn && { security: [{ accessToken: [] }] }),
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
