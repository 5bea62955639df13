import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openOperatorSocket } from "../../../server/operations/run/operator-socket.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { missingPostgres, newPostgresDatabase, testLog } from "../../helpers/databases.ts";
import { operatorHost } from "../../helpers/desk/operator-host.ts";

describe.each(["embedded", "PostgreSQL"] as const)("roomkeep zones (%s)", (kind) => {
  if (kind === "PostgreSQL" && missingPostgres !== null && process.env.CI !== "true")
    return test.skip(`not run: ${missingPostgres}`, () => {});
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-zones-"));
  let postgres: Awaited<ReturnType<typeof newPostgresDatabase>> | undefined;
  beforeAll(async () => {
    if (kind === "PostgreSQL") postgres = await newPostgresDatabase();
    const database = await open();
    await migrate(database.ds);
    await database.ds.query("INSERT INTO zone_save (key, snapshot, version) VALUES ('meadow', 'damaged', 7)");
    await database.close();
  });
  afterAll(async () => {
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = () => openDatabase({ url: postgres?.url, dataDir: folder, from: "migrated", log: testLog });

  async function zones(...args: string[]): Promise<{ code: number | null; out: string; all: string }> {
    const env = { DATABASE_URL: postgres?.url ?? "", ROOMKEEP_DATA_DIR: folder };
    const run = roomkeep(["zones", ...args], { env });
    const code = await run.ended;
    return { code, out: run.stdout(), all: run.output() };
  }

  test("sets a zone's world aside, lists it and restores it", { timeout: 600_000 }, async () => {
    const aside = await zones("quarantine", "set-aside", "meadow", "--reason", "it is damaged", "--json");
    expect(aside).toMatchObject({ code: 0 });
    const { aside: id } = JSON.parse(aside.out) as { aside: string };
    const listed = await zones("quarantine", "list", "--json");
    expect(JSON.parse(listed.out)).toMatchObject({ id, zone: "meadow", version: 7, reason: "it is damaged" });
    expect(await zones("quarantine", "set-aside", "meadow")).toMatchObject({
      code: 1,
      all: expect.stringContaining("ZONE_UNKNOWN"),
    });
    expect((await zones("quarantine", "restore", id)).out).toContain("meadow");
    expect((await zones("quarantine", "list")).out).toContain("Nothing is set aside.");
    const database = await open();
    const [row] = await database.ds.query("SELECT snapshot, version FROM zone_save WHERE key = 'meadow'");
    expect([String(row.snapshot), row.version]).toEqual(["damaged", 8]);
    await database.close();
  });

  test("explains itself, and what is missing", { timeout: 600_000 }, async () => {
    expect((await zones("--help")).out).toMatch(/list[\s\S]*restore <id>[\s\S]*set-aside <zone>/);
    for (const verb of ["list", "restore", "set-aside"])
      expect((await zones("quarantine", verb, "--help")).out).toMatch(
        new RegExp(`^roomkeep zones quarantine ${verb}`),
      );
    for (const wrong of [[], ["quarantine", "restore"]]) expect((await zones(...wrong)).code).toBe(2);
  });

  if (kind === "embedded")
    test("is carried out by the server that has the data folder", { timeout: 600_000 }, async () => {
      const server = await open();
      const closeSocket = await openOperatorSocket(folder, operatorHost(server.ds));
      const { aside: id } = JSON.parse((await zones("quarantine", "set-aside", "meadow", "--json")).out);
      expect((await zones("quarantine", "list")).out).toContain(`${id}  meadow`);
      expect((await zones("quarantine", "restore", id)).out).toContain("meadow");
      const lines = (await readAudit(server.ds, 2)).map(({ line }) => line);
      expect(lines).toEqual([
        `roomkeep admin zones restore --id ${id}`,
        'roomkeep admin zones set-aside --zone meadow --reason "set aside by an operator"',
      ]);
      await closeSocket();
      await server.close();
    });
});
