import type { DataSource } from "typeorm";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineOperation } from "../../../server/operations/operation.ts";
import { readPermissions } from "../../../server/operations/permissions.ts";
import { type OperationHost, perform } from "../../../server/operations/run/perform.ts";
import { openAudit } from "../../../server/telemetry/audit.ts";
import { endAnnounced } from "../../../server/telemetry/audit-chain/announced.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

/** An act in rooms, which no transaction has. */
const slam = defineOperation({
  name: "doors.slam",
  summary: "Closes a door.",
  permission: "rooms",
  kind: "write",
  transaction: false,
  params: z.strictObject({ door: z.string() }),
  result: z.object({}),
  run: ({ services }, { door }) => (services as unknown as Doors).slam(door),
});
interface Doors {
  slam(door: string): Promise<Record<string, never>>;
}
const by = { id: "operator ann", name: "Ann", role: "admin" } as const;

function hostOf(ds: DataSource, slamDoor: Doors["slam"]): OperationHost {
  const audit = openAudit(ds, testLog);
  const services = { audit, slam: slamDoor };
  return {
    ds,
    log: testLog,
    permissions: readPermissions(undefined),
    services: () => services,
  } as unknown as OperationHost;
}
const slamBy = (host: OperationHost, door: string, role: "admin" | "moderator" = "admin") =>
  perform(host, { operation: slam, by: { ...by, role }, params: () => ({ door }) });
const entries = (ds: DataSource) =>
  ds.query<{ line: string; outcome: string }[]>("SELECT line, outcome FROM audit_entry ORDER BY seq");
const announced = async (ds: DataSource) =>
  (await ds.query<{ n: number }[]>("SELECT count(*)::integer AS n FROM audit_announced"))[0]?.n;
const later = (ds: DataSource) => ds.query("UPDATE audit_announced SET at = at - interval '11 minutes'");

describeOnEachDatabase("a deed that belongs to no transaction", (open) => {
  test("has its one entry: done, refused, or not permitted; and is announced no more", async () => {
    const { ds } = await open();
    const host = hostOf(ds, async (door) => {
      // It was announced before it is done.
      expect(await announced(ds)).toBe(1);
      if (door === "stuck") throw new Error("It does not move.");
      return {};
    });
    await slamBy(host, "front");
    await expect(slamBy(host, "stuck")).rejects.toThrow("does not move");
    await expect(slamBy(host, "back", "moderator")).rejects.toMatchObject({ code: "ROLE_NEEDED" });
    expect(await entries(ds)).toEqual([
      { line: "roomkeep admin doors slam --door front", outcome: "done" },
      { line: "roomkeep admin doors slam --door stuck", outcome: "failed" },
      { line: "roomkeep admin doors slam --door back", outcome: "ROLE_NEEDED" },
    ]);
    expect(await announced(ds)).toBe(0);
    await later(ds);
    expect(await endAnnounced(ds)).toBe(0);
  });

  test("in which the process dies has an entry all the same, and one alone if it was only slow", async () => {
    const { ds } = await open();
    let finish = () => {};
    let running: Promise<unknown> = Promise.resolve();
    const begun = new Promise<void>((isBegun) => {
      const host = hostOf(
        ds,
        () =>
          new Promise((done) => {
            finish = () => done({});
            isBegun();
          }),
      );
      running = slamBy(host, "front");
    });
    await begun;
    // Nobody ends what may still be done.
    expect(await endAnnounced(ds)).toBe(0);
    await later(ds);
    expect(await endAnnounced(ds)).toBe(1);
    const one = [{ line: "roomkeep admin doors slam --door front", outcome: "unknown" }];
    expect(await entries(ds)).toEqual(one);
    finish();
    await running;
    expect(await entries(ds)).toEqual(one);
    expect(await announced(ds)).toBe(0);
  });
});
