import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { scriptArguments } from "../../../drills/script-arguments.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { ended } from "../../helpers/postgres.ts";

const root = mkdtempSync(join(tmpdir(), "roomkeep-embedded-"));
let child: ChildProcess | undefined;
let folder = "";
let warned: unknown[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(root, "data-"));
  warned = [];
});
afterEach(async () => {
  if (child) await ended(child, "SIGKILL");
  child = undefined;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const log = { info: () => {}, warn: (...line: unknown[]) => void warned.push(line) };
const open = () => openDatabase({ dataDir: folder, from: "blank", log });
const names = () => readdirSync(folder).sort();
const said = () => JSON.stringify(warned);

/** Starts and is usable: a row is written, and there after the next start. */
async function expectUsable(): Promise<void> {
  const first = await open();
  await migrate(first.ds);
  await first.ds.query("INSERT INTO zone_save (key, snapshot) VALUES ('plaza', 'x')");
  await first.close();
  const second = await open();
  expect(await second.ds.query("SELECT key FROM zone_save")).toEqual([{ key: "plaza" }]);
  await second.close();
}

/** Another process makes a database; it is killed as soon as one of the paths is there. */
async function killAt(paths: string[]): Promise<void> {
  const script = fileURLToPath(new URL("../../helpers/hold-folder.ts", import.meta.url));
  const making = spawn(process.execPath, [...scriptArguments(script), folder, "anew"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child = making;
  while (!paths.some((path) => existsSync(join(folder, path)))) {
    if (making.exitCode !== null) throw new Error("it ended before it could be killed");
    await new Promise((again) => setImmediate(again));
  }
  await ended(making, "SIGKILL");
}

describe("an embedded database whose first start is killed", () => {
  test.each([["PG_VERSION"], ["base/1/pg_filenode.map"], ["base/5/PG_VERSION"], ["global/pg_internal.init"]])(
    "when %s is written is made anew by the next start, which says so",
    { timeout: 300_000 },
    async (path) => {
      await killAt([join("database.new", path), join("database", path)]);
      expect(names()).toContain("database.new");
      expect(names()).not.toContain("database");
      await expectUsable();
      expect(names()).toEqual(["database"]);
      expect(said()).toContain("incomplete database of an earlier start");
    },
  );

  test("just after it was made whole goes on with it", { timeout: 300_000 }, async () => {
    await killAt(["database"]);
    await expectUsable();
    expect([names(), warned]).toEqual([["database"], []]);
  });
});

describe("an embedded database that an earlier version left half made", () => {
  test.each([
    ["nothing but its version", { PG_VERSION: "18\n" }],
    [
      "some of its catalogue",
      { PG_VERSION: "18\n", "pg_hba.conf": "", "base/1/1259": "x", "global/1262": "x" },
    ],
    ["no version yet", { "base/1/1259": "x" }],
  ])(
    "with %s is set aside, whole, and said",
    { timeout: 180_000 },
    async (_, files: Record<string, string>) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(join(folder, "database", path, ".."), { recursive: true });
        writeFileSync(join(folder, "database", path), text);
      }
      await expectUsable();
      const aside = names().find((name) => name.startsWith("database.unfinished-")) ?? "";
      expect(names()).toEqual(["database", aside]);
      for (const [path, text] of Object.entries(files))
        expect(readFileSync(join(folder, aside, path), "utf8")).toBe(text);
      expect(said()).toContain(aside);
    },
  );

  test("and is empty is simply filled", async () => {
    mkdirSync(join(folder, "database"));
    await expectUsable();
    expect([names(), warned]).toEqual([["database"], []]);
  });
});

describe("an embedded database that holds tables", () => {
  test("of an earlier version, without a mark, is opened as it is", async () => {
    await expectUsable();
    rmSync(join(folder, "database", "roomkeep.complete"));
    const again = await open();
    expect(await again.ds.query("SELECT key FROM zone_save")).toEqual([{ key: "plaza" }]);
    await again.close();
    expect([names(), warned]).toEqual([["database"], []]);
  });

  test.each(["PG_VERSION", "pg_hba.conf", "global/pg_control"])(
    "and has lost %s is refused by name, never replaced; the folder is free and nothing was changed",
    { timeout: 180_000 },
    async (lost) => {
      await expectUsable();
      rmSync(join(folder, "database", "roomkeep.complete"));
      const path = join(folder, "database", lost);
      const bytes = readFileSync(path);
      rmSync(path);
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(open()).rejects.toMatchObject({
          code: "DATA_DIR_DAMAGED",
          message: expect.stringContaining(folder),
        });
        expect(names()).toEqual(["database"]);
      }
      writeFileSync(path, bytes);
      const again = await open();
      expect(await again.ds.query("SELECT key FROM zone_save")).toEqual([{ key: "plaza" }]);
      await again.close();
    },
  );
});
