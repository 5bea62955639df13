import { Encoder } from "@colyseus/schema";
import { WorldState } from "roomkeep/shared";
import { expect, test } from "vitest";
import { checkSchemaInternals } from "../../../rooms/replication/internals.ts";

test("a schema without a part that replication rests on is refused, and the part is named", () => {
  const changed = new Encoder(new WorldState());
  Object.defineProperty(changed.root, "removeFromQueue", { value: undefined });
  const check = () => checkSchemaInternals(changed);
  expect(check).toThrow(expect.objectContaining({ code: "INTERNALS_MISSING" }));
  expect(check).toThrow("Root.removeFromQueue");
  expect(() => checkSchemaInternals(new Encoder(new WorldState()))).not.toThrow();
});
