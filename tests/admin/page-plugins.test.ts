import { deskOperation } from "roomkeep/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readFields } from "../../admin/kit/fields.tsx";
import {
  type ApiDocument,
  labelOf,
  type PluginOperation,
  paramsOfRow,
  readOperations,
} from "../../admin/plugins/operations.ts";
import { deskRoutes } from "../../server/desk/desk-routes.ts";
import { describeApi } from "../../server/http/api/openapi.ts";

const shelf = {
  list: deskOperation({
    summary: "The stones on the shelf",
    permission: "look",
    kind: "read",
    params: z.object({
      shelf: z.string(),
      atLeast: z.int().min(0).max(9).default(2).meta({ description: "weight, kg" }),
      after: z.string().optional(),
    }),
    result: z.object({ stones: z.array(z.object({ stone: z.string() })) }),
    run: async () => ({ stones: [] }),
  }),
  take: deskOperation({
    summary: "Take a stone (softly) off the shelf",
    permission: "items",
    kind: "write",
    params: z.object({
      shelf: z.string(),
      stone: z.string(),
      isKept: z.boolean(),
      how: z.enum(["by hand", "by crane"]).optional(),
      reason: z.string().min(1).max(500),
    }),
    result: z.object({}),
    run: async () => ({}),
  }),
};

/** The document of a server with the shelf, and a route of the desk that is not of a plugin. */
function operationsOf(): PluginOperation[] {
  const all = Object.entries(shelf).map(([verb, one]) => one.named(`shelf.${verb}`));
  const own = shelf.list.named("rooms.list");
  const document = describeApi(deskRoutes([...all, own], {} as never), "1.0.0") as ApiDocument;
  return readOperations(document, (name) => name === "rooms.list");
}
const [list, take] = operationsOf() as [PluginOperation, PluginOperation];

describe("the operations of plugins", () => {
  it("are read from the server's document, without the desk's own", () => {
    expect(operationsOf().map(({ name }) => name)).toEqual(["shelf.list", "shelf.take"]);
    expect(list).toMatchObject({ plugin: "shelf", verb: "list", isWrite: false, permission: "look" });
    expect(take).toMatchObject({ isWrite: true, summary: "Take a stone (softly) off the shelf" });
  });

  it("have a field for each parameter, of its kind and limits", () => {
    expect(list.fields).toEqual([
      { name: "shelf", label: "Shelf", kind: "line", required: true },
      {
        ...{ name: "atLeast", label: "At least", kind: "number", required: false },
        ...{ hint: "weight, kg", first: "2", from: 0, to: 9 },
      },
      { name: "after", label: "After", kind: "line", required: false },
    ]);
    const [, , isKept, how, reason] = take.fields;
    expect(isKept).toMatchObject({
      kind: "boolean",
      choices: [
        ["true", "yes"],
        ["false", "no"],
      ],
    });
    expect(how).toMatchObject({
      choices: [
        ["", "–"],
        ["by hand", "by hand"],
        ["by crane", "by crane"],
      ],
    });
    expect(reason).toMatchObject({ kind: "text", max: 500, required: true });
  });

  it("are asked with values of their types", () => {
    const typed = { shelf: "low", stone: "slate", isKept: "false", how: "", reason: " heavy " };
    expect(readFields(take.fields, typed)).toEqual({
      ...{ shelf: "low", stone: "slate" },
      ...{ isKept: false, reason: "heavy" },
    });
  });

  it("are for a row that says what they are done to, together with what was asked", () => {
    const write = { ...take, fields: take.fields.filter(({ name }) => name !== "isKept") };
    const asked = { shelf: "low" };
    expect(paramsOfRow(write, { row: { stone: "slate", kg: 3 }, asked })).toEqual({
      shelf: "low",
      stone: "slate",
    });
    // It says nothing of the row; the shelf is not known; what is kept must be typed, so that no row has it.
    expect(paramsOfRow(write, { row: { kg: 3 }, asked: { shelf: "low", stone: "slate" } })).toBeUndefined();
    expect(paramsOfRow(write, { row: { stone: "slate" }, asked: {} })).toBeUndefined();
    expect(paramsOfRow(take, { row: { stone: "slate" }, asked })).toBeUndefined();
    expect(paramsOfRow(write, { row: { stone: null }, asked })).toBeUndefined();
  });
});

it("names of fields are words", () => {
  expect(["endsAt", "id", "put-up"].map(labelOf)).toEqual(["Ends at", "Id", "Put up"]);
});
