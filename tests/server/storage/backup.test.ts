import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import pino from "pino";
import { Registry } from "prom-client";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scriptArguments } from "../../../drills/script-arguments.ts";
import { slotsOf } from "../../../server/items/containers.ts";
import { openItems } from "../../../server/items/items.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { backUp, backupName, pruneBackups, restore } from "../../../server/storage/backup.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { kindOf, watchQueries } from "../../../server/storage/query-metrics.ts";
import { expireLease, newGuest, openIncarnation, stateAt } from "../../helpers/characters.ts";
import { describeOnEachDatabase, testLog } from "../../helpers/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "roomkeep-backup-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const TABLES = [
  "account",
  "character",
  "item",
  "ledger",
  "request_result",
  "death_lock",
  "kill_count",
  "zone_save",
  "setting",
];

async function everything(ds: DataSource) {
  const tables = await Promise.all(
    TABLES.map((name) => ds.query(`SELECT t::text FROM ${name} AS t ORDER BY 1`)),
  );
  return tables.map((rows, n) => [TABLES[n], rows]);
}

describeOnEachDatabase("a backup", (open) => {
  let ds: DataSource;
  let file: string;
  let before: unknown;
  let id: string;
  let play: (requestId: string) => Promise<unknown>;
  beforeAll(async () => {
    ({ ds } = await open());
    const guest = await newGuest(ds);
    id = guest.characterId;
    const characters = await openIncarnation(ds, { incarnation: "keeper" });
    const items = openItems(ds, { templates: { herb: { stack: 20 } }, slotsOf }, "keeper");
    play = async (requestId) => {
      const claim = await characters.claim(id, { roomId: "meadow-1" });
      const answer = await items.grant(claim, requestId, "herb", 5, "loot");
      await items.grantCoins(claim, `${requestId}-coins`, 9_007_199_254_740_000 / 10, "gift");
      await characters.release(claim, stateAt(3));
      return answer;
    };
    await play("first");
    await ds.query("INSERT INTO zone_save (key, snapshot) VALUES ('plaza', $1)", [
      Buffer.from([0, 255, 92, 10]),
    ]);
    await ds.query("UPDATE character SET epoch = epoch - 1"); // a restored one is one higher
    before = await everything(ds);
    await ds.query("UPDATE character SET epoch = epoch + 1");
    await ds.query("UPDATE character SET epoch = epoch - 1");
    file = join(folder, `${ds.options.type}-${id}.jsonl.gz`);
    await backUp(ds, file);
    await ds.query("UPDATE character SET epoch = epoch + 1");
  });

  test("that is restored brings everything back as it was, and the game goes on", async () => {
    await play("second");
    await newGuest(ds);
    const told: string[] = [];
    await restore(ds, file, { replace: true, progress: (table, rows) => told.push(`${table} ${rows}`) });
    await ds.query("UPDATE character SET epoch = epoch - 1");
    expect(await everything(ds)).toEqual(before);
    expect(told).toContain("character 1");
    expect(await verifyLedger(ds)).toEqual([]);
    // The first answer is remembered, a new request gets the next number.
    expect(await play("first")).toMatchObject({ ok: true });
    expect(await play("third")).toMatchObject({ ok: true });
    expect(await verifyLedger(ds)).toEqual([]);
  });

  test("is not brought over accounts unless that is asked for, nor while somebody plays", async () => {
    const now = await everything(ds);
    await expect(restore(ds, file)).rejects.toMatchObject({ code: "BACKUP_INVALID" });
    const other = await openIncarnation(ds);
    await other.claim(id, { roomId: "meadow-1" });
    await expect(restore(ds, file, { replace: true })).rejects.toMatchObject({
      code: "BACKUP_INVALID",
      message: expect.stringContaining("live"),
    });
    await expireLease(ds, id);
    expect((await everything(ds)).map(([, rows]) => (rows as []).length)).toEqual(
      now.map(([, rows]) => (rows as []).length),
    );
  });

  /** The backup with other lines, and with the checksum that those have. */
  function forge(name: string, change: (lines: string[]) => string[]): string {
    const lines = change(gunzipSync(readFileSync(file)).toString().trimEnd().split("\n").slice(0, -1));
    const sha256 = createHash("sha256")
      .update(`${lines.join("\n")}\n`)
      .digest("hex");
    const forged = join(folder, `${name}.jsonl.gz`);
    const end = JSON.stringify({ end: true, rows: lines.length - 1, sha256 });
    writeFileSync(forged, gzipSync(`${lines.join("\n")}\n${end}\n`));
    return forged;
  }

  test("with a table that is not known here is refused and changes nothing", async () => {
    const now = await everything(ds);
    const odd = forge("odd", (lines) => [...lines, '{"table":"dragon","row":{}}']);
    await expect(restore(ds, odd, { replace: true })).rejects.toMatchObject({
      code: "BACKUP_INVALID",
      message: expect.stringContaining("dragon"),
    });
    expect(await everything(ds)).toEqual(now);
  });

  test("of somebody who travelled ends the journey: no ticket of that day is good", async () => {
    const away = forge("away", (lines) =>
      lines.map((line) => line.replace('"transfer_nonce":null', '"transfer_nonce":"ticket"')),
    );
    await restore(ds, away, { replace: true });
    const [row] = await ds.query<{ transfer_nonce: string | null }[]>(
      "SELECT transfer_nonce FROM character WHERE id = $1",
      [id],
    );
    expect(row).toEqual({ transfer_nonce: null });
  });

  test.each(["cut short", "changed", "of something else"])(
    "that is %s is refused and changes nothing",
    async (how) => {
      const text = gunzipSync(readFileSync(file)).toString();
      const bad = join(folder, `bad-${how}.jsonl.gz`);
      if (how === "cut short") writeFileSync(bad, readFileSync(file).subarray(0, 300));
      else writeFileSync(bad, gzipSync(how === "changed" ? text.replace('"qty":5', '"qty":6') : "{}\n"));
      const now = await everything(ds);
      await expect(restore(ds, bad, { replace: true })).rejects.toMatchObject({ code: "BACKUP_INVALID" });
      expect(await everything(ds)).toEqual(now);
    },
  );
});

describe("backups on a schedule", () => {
  test("keep the newest, and leave other files alone", async () => {
    const own = mkdtempSync(join(folder, "schedule-"));
    const names = [1, 2, 3].map((day) => backupName(new Date(Date.UTC(2026, 0, day))));
    for (const name of [...names, "notes.txt"]) writeFileSync(join(own, name), "");
    expect(await pruneBackups(own, 2)).toEqual([names[0]]);
    expect(() => readFileSync(join(own, "notes.txt"))).not.toThrow();
  });
});

describe("roomkeep backup, restore and ledger verify", () => {
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const roomkeep = (dataDir: string, ...args: string[]) =>
    promisify(execFile)(process.execPath, [...scriptArguments(join(root, "server/cli/index.ts")), ...args], {
      cwd: root,
      env: { ...process.env, DATABASE_URL: "", REDIS_URL: "", ROOMKEEP_DATA_DIR: dataDir },
    }).catch((error: { stdout: string; stderr: string; code: number }) => error);

  test("carry a world from one data folder to another, and name what somebody changed by hand", async () => {
    const [here, there] = [mkdtempSync(join(folder, "here-")), mkdtempSync(join(folder, "there-"))];
    const first = await openDatabase({ dataDir: here, from: "blank", log: testLog });
    await migrate(first.ds);
    await newGuest(first.ds);
    await first.close();
    const file = join(folder, "cli.jsonl.gz");
    const made = await roomkeep(here, "backup", "--to", file, "--json");
    expect(JSON.parse(made.stdout)).toMatchObject({ backup: file, tables: { account: 1, character: 1 } });
    const back = await roomkeep(there, "restore", file, "--json");
    expect(JSON.parse(back.stdout)).toMatchObject({ tables: { account: 1 }, differences: [] });
    const second = await openDatabase({ dataDir: there, log: testLog });
    await second.ds.query("UPDATE character SET coins = 7");
    await second.close();
    const verified = await roomkeep(there, "ledger", "verify");
    expect(verified).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/LEDGER_DIFFERS: purse:.* holds 7 coins, but 0/),
    });
  });
});

test("a slow query is logged with its SQL, each is counted by its kind, and never with what was in it", async () => {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const { ds, close } = await openDatabase({
    dataDir: "memory://",
    from: "blank",
    log,
    slowQueryMs: 20,
  });
  const metrics = new Registry();
  watchQueries(ds, metrics);
  await ds.query("SELECT $1::text, pg_sleep(0.05)", ["secret"]);
  await ds.query("SELECT * FROM pg_class WHERE relname = $1", ["secret"]);
  const text = await metrics.metrics();
  await close();
  expect(text).toContain('roomkeep_query_seconds_count{kind="select"} 1');
  expect(text).toContain('roomkeep_query_seconds_count{kind="select pg_class"} 1');
  const [, p99] = /quantile="0.99",kind="select"} ([\d.]+)/.exec(text) ?? [];
  expect(Number(p99)).toBeGreaterThan(0.04);
  expect(text).not.toContain("secret");
  expect(
    [
      "WITH due AS (SELECT 1 FROM item) UPDATE character SET x = 1",
      'INSERT INTO "ledger" (a) SELECT 1',
      "INSERT INTO visit (a) VALUES (1)",
      "START TRANSACTION",
      "DELETE FROM item USING unnest($1)",
    ].map(kindOf),
  ).toEqual(["update character", "insert ledger", "insert visit", "start", "delete item"]);
  const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === "slow query");
  expect(told).toContainEqual(expect.objectContaining({ sql: "SELECT $1::text, pg_sleep(0.05)" }));
  expect(lines.join("")).not.toContain("secret");
});
