import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOperatorSocket } from "../../../server/operations/run/operator-socket.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { testLog } from "../../helpers/databases.ts";
import { operatorHost } from "../../helpers/desk/operator-host.ts";

const folder = mkdtempSync(join(tmpdir(), "roomkeep-matches-"));
let server: Awaited<ReturnType<typeof openDatabase>>;
let closeSocket: Awaited<ReturnType<typeof openOperatorSocket>>;

beforeAll(async () => {
  server = await openDatabase({ url: undefined, dataDir: folder, from: "migrated", log: testLog });
  await migrate(server.ds);
  await server.ds.query(
    `INSERT INTO lasting_match (code, game, hidden, snapshot, version, phase, over, keep_until)
     VALUES ('Q7KX', 'cards', true, 'damaged', 7, 'play', false, now() + interval '9 days')`,
  );
  closeSocket = await openOperatorSocket(folder, operatorHost(server.ds));
});
afterAll(async () => {
  await closeSocket?.();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function matches(...args: string[]): Promise<{ code: number | null; out: string; all: string }> {
  const env = { DATABASE_URL: "", ROOMKEEP_DATA_DIR: folder };
  const run = roomkeep(["matches", ...args], { env });
  const code = await run.ended;
  return { code, out: run.stdout(), all: run.output() };
}

test("roomkeep matches sets aside, lists and restores, in the running server and in the audit", async () => {
  const aside = await matches("quarantine", "set-aside", "q7kx", "--reason", "it is damaged", "--json");
  expect(aside).toMatchObject({ code: 0 });
  const { aside: id } = JSON.parse(aside.out) as { aside: string };
  expect((await matches("quarantine", "list")).out).toContain(`${id}  Q7KX cards version 7`);
  expect(await matches("quarantine", "set-aside", "Q7KX")).toMatchObject({
    code: 1,
    all: expect.stringContaining("ROOM_UNKNOWN"),
  });
  expect((await matches("quarantine", "restore", id)).out).toContain("Q7KX");
  expect((await matches("quarantine", "list")).out).toContain("Nothing is set aside.");
  const [row] = await server.ds.query(
    "SELECT snapshot, over, round(extract(epoch FROM keep_until - now()) / 86400) AS days FROM lasting_match",
  );
  expect([String(row.snapshot), row.over, Number(row.days)]).toEqual(["damaged", false, 9]);
  expect((await readAudit(server.ds, 3)).map(({ line }) => line)).toEqual([
    `roomkeep admin matches restore --id ${id}`,
    // The refused one.
    'roomkeep admin matches set-aside --code Q7KX --reason "set aside by an operator"',
    'roomkeep admin matches set-aside --code Q7KX --reason "it is damaged"',
  ]);
}, 600_000);

test("roomkeep matches explains itself, and what is missing", async () => {
  expect((await matches("--help")).out).toMatch(/list[\s\S]*restore <id>[\s\S]*set-aside <code>/);
  for (const wrong of [[], ["quarantine", "restore"]]) expect((await matches(...wrong)).code).toBe(2);
}, 600_000);
