import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { scriptArguments } from "../../../drills/script-arguments.ts";
import { MIGRATIONS } from "../../../migrations/index.ts";
import { blankDatabase } from "../../../server/storage/blank-database.ts";
import { lockDataFolder } from "../../../server/storage/data-folder.ts";
import { IN_MEMORY, openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { testLog } from "../../helpers/databases.ts";
import { ended, freePort } from "../../helpers/postgres.ts";

const root = mkdtempSync(join(tmpdir(), "roomkeep-folder-"));
const children = new Set<ChildProcess>();
let folder = "";
let made = 0;

beforeEach(() => {
  made += 1;
  folder = join(root, `data-${made}`);
});
afterEach(async () => {
  await Promise.all([...children].map((child) => ended(child, "SIGKILL")));
  children.clear();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Starts another process on the folder; resolves to it and its first line: "open", or the error it got. */
async function otherProcess(path = folder): Promise<{ child: ChildProcess; said: string }> {
  const script = fileURLToPath(new URL("../../helpers/hold-folder.ts", import.meta.url));
  const child = spawn(process.execPath, [...scriptArguments(script), path], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.add(child);
  const [line] = await once(child.stdout!.setEncoding("utf8"), "data");
  return { child, said: String(line).trim() };
}

const open = (dataDir = folder) => openDatabase({ dataDir, from: "blank", log: testLog });
const locks = () => readdirSync(folder).filter((name) => name.startsWith("lock."));

describe("the dump that a throwaway database starts from", () => {
  const own = process.env.TMPDIR;
  afterEach(() => {
    if (own === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = own;
  });

  test("is left alone where others could have written it", async () => {
    process.env.TMPDIR = mkdtempSync(join(root, "tmp-"));
    const kept = join(process.env.TMPDIR, `roomkeep-${userInfo().username}`);
    mkdirSync(kept, { mode: 0o700 });
    chmodSync(kept, 0o777);
    expect(await blankDatabase()).toBeUndefined();
    chmodSync(kept, 0o700);
    expect(dirname((await blankDatabase()) ?? "")).toBe(kept);
    const { ds, close } = await openDatabase({ dataDir: IN_MEMORY, log: testLog });
    await migrate(ds);
    await close();
  });
});

describe("the data folder", () => {
  test("is made where it is missing, keeps its rows, and is free again after closing", async () => {
    folder = join(folder, "deep", "er");
    const first = await open();
    expect(first).toMatchObject({ kind: "embedded", where: expect.stringContaining(folder) });
    await migrate(first.ds);
    await first.ds.query("INSERT INTO zone_save (key, snapshot) VALUES ('plaza', $1)", [
      Buffer.from([0, 1, 255]),
    ]);
    await first.close();
    expect(locks()).toEqual([]);
    const second = await open();
    const [row] = await second.ds.query("SELECT snapshot FROM zone_save");
    expect([...row.snapshot]).toEqual([0, 1, 255]);
    await second.close();
  });

  test("refuses a second process, naming the folder, the first and what to do; a stopped one frees it", async () => {
    const { child, said } = await otherProcess();
    expect(said).toBe("open");
    await expect(open()).rejects.toMatchObject({
      code: "DATA_DIR_LOCKED",
      message: expect.stringMatching(
        new RegExp(`Process ${child.pid} uses the data folder .*${folder}.*DATABASE_URL`),
      ),
    });
    await ended(child, "SIGTERM");
    expect(child.exitCode).toBe(0);
    await (await open()).close();
  });

  test("refuses a process while this one has it, and goes on undisturbed", async () => {
    const mine = await open();
    const { said } = await otherProcess();
    expect(JSON.parse(said)).toMatchObject({ code: "DATA_DIR_LOCKED" });
    expect(await mine.ds.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await mine.close();
  });

  test("of a killed process is free at once, with the rows that it had committed", async () => {
    const { child, said } = await otherProcess();
    expect(said).toBe("open");
    await ended(child, "SIGKILL");
    expect(locks()).toEqual(["lock.0"]);
    const next = await open();
    expect(locks()).toEqual(["lock.1"]);
    expect(await next.ds.query("SELECT count(*)::int AS n FROM migration")).toEqual([
      { n: MIGRATIONS.length },
    ]);
    await next.close();
  });

  test("of a frozen process is not free: it may wake up", async () => {
    const { child } = await otherProcess();
    child.kill("SIGSTOP");
    await expect(open()).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    child.kill("SIGCONT");
  });

  test("goes to at most one of many that start at the same moment, also over a dead lock", async () => {
    const dead = (await otherProcess()).child;
    await ended(dead, "SIGKILL");
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockDataFolder(folder)));
    const winners = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "DATA_DIR_LOCKED" });
    }
    for (const { value } of winners) await value.release();
    await (await lockDataFolder(folder)).release();
  });

  test("may lie deeper than a socket address is long", async () => {
    folder = join(folder, "x".repeat(90), "y".repeat(90));
    const held = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    await held.release();
  });

  test("that cannot be made or written is refused with its name", async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(folder, "a file is in the way");
    for (const path of [folder, join(folder, "below")]) {
      await expect(open(path)).rejects.toMatchObject({
        code: "DATA_DIR_UNWRITABLE",
        message: expect.stringMatching(new RegExp(`${path}.*ROOMKEEP_DATA_DIR`)),
      });
    }
  });

  test("without the right to write is refused", async () => {
    mkdirSync(folder, { mode: 0o555 });
    chmodSync(root, 0o755);
    // Root may write anywhere, so for this one call we are nobody.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    const refused = open();
    await expect(refused.finally(() => isRoot && process.seteuid?.(0))).rejects.toMatchObject({
      code: "DATA_DIR_UNWRITABLE",
    });
  });
});

describe("a DATABASE_URL", () => {
  const openUrl = (url: string) => openDatabase({ url, dataDir: folder, log: testLog });

  async function refusal(url: string) {
    const error: unknown = await openUrl(url).catch((reason) => reason);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("s3cret");
    return error;
  }

  test("where nobody listens is refused with its host, never with the password", async () => {
    const port = await freePort();
    expect(await refusal(`postgres://ada:s3cret@127.0.0.1:${port}/game`)).toMatchObject({
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringContaining(`127.0.0.1:${port}/game`),
    });
  });

  test("where somebody listens but never answers is refused in 5 s", async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;
    expect(await refusal(`postgres://ada:s3cret@127.0.0.1:${port}/game`)).toMatchObject({
      code: "DATABASE_UNAVAILABLE",
    });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test.each(["nonsense", "mysql://ada:s3cret@127.0.0.1/game", "postgres://ada:s3cret@[bad/game"])(
    "%s is no address",
    async (url) => {
      expect(await refusal(url)).toMatchObject({ code: "CONFIG_INVALID" });
    },
  );
});
