import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JSONSchema } from "json-schema-to-typescript";
import { expect, it } from "vitest";
import { root } from "../house/sources.ts";
import { deskTypes } from "./desk-types.ts";

it("the page knows the routes of the desk as the server's document tells them: npm run admin:types", async () => {
  for (const [file, text] of Object.entries(await deskTypes()))
    expect(readFileSync(join(root, "admin/api", file), "utf8"), file).toBe(text);
});

it("a route of the desk is described, and one of players is not", async () => {
  const schema: JSONSchema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
  const content = { "application/json": { schema } };
  const described = {
    summary: "Ends it (permission: rooms)",
    parameters: [{ in: "header", name: "x-roomkeep-csrf", required: true, schema: {} }],
    requestBody: { content },
    responses: { 200: { content }, 403: { content: {} as never } },
  };
  const files = await deskTypes({
    paths: {
      "/v1/admin/rooms/end": { post: described },
      "/v1/rooms": { get: described },
      "/v1/admin/resets": { post: { ...described, security: [{ accessToken: [] }] } },
    },
  });
  expect(files["routes.ts"]).toContain('  "rooms.end": ["POST", "rooms"],\n} as const');
  expect(files["schema.d.ts"]?.replace(/\s+/g, " ")).toContain(
    'export interface Schema { "rooms.end": { params: { ok: boolean; }; result: { ok: boolean; }; }; }',
  );
});
