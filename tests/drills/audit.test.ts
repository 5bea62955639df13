import { expect, test } from "vitest";
import { audit } from "../../drills/audit/index.ts";
import { describeWithPostgresAndRedis } from "../helpers/cluster.ts";

describeWithPostgresAndRedis("the audit drill", () => {
  test("privileged actions while processes are killed: a deed has its entry, and tampering is found", async () => {
    const result = await audit({ actions: 24, kills: 1, seed: 1 });
    expect(result).toMatchObject({
      ...{ actions: 24, kills: 1, missing: 0, extra: 0, forbiddenDone: 0 },
      ...{ verified: true, found: 5, findings: [] },
    });
    expect(result.done).toBeGreaterThan(2);
    expect(result.refused).toBeGreaterThan(2);
  }, 480_000);
});
