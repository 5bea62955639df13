import { expect, test } from "vitest";
import { zone } from "../../drills/zone/index.ts";

const options = { bots: 2, everyMs: 400, database: "embedded", without: "nothing", seed: 3, tell: () => {} };

test("a persistent zone is the last saved one after each of three kills", { timeout: 180_000 }, async () => {
  const result = await zone({ ...options, cycles: 3 });
  expect(result).toMatchObject({ cycles: 3, restored: 3, mismatches: 0, findings: [] });
  expect(result.saves).toBeGreaterThanOrEqual(3);
});

test("the drill sees it when saves are acknowledged and not written", { timeout: 120_000 }, async () => {
  const result = await zone({ ...options, cycles: 1, without: "save" });
  expect(result.mismatches).toBe(1);
});
