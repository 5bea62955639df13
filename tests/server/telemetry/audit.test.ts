import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { openDatabase } from "../../../server/storage/database.ts";
import { openWriteQueue } from "../../../server/storage/write-queue.ts";
import { openAudit, readAudit } from "../../../server/telemetry/audit.ts";
import { RoomkeepError } from "../../../shared/errors.ts";
import { roomkeep } from "../../helpers/cli.ts";
import {
  describeOnEachDatabase,
  missingPostgres,
  newPostgresDatabase,
  testLog,
} from "../../helpers/databases.ts";
import { startProcess } from "../../helpers/server-process.ts";

describe.each(["embedded", "PostgreSQL"] as const)("a process that is killed (%s)", (kind) => {
  if (kind === "PostgreSQL" && missingPostgres !== null && process.env.CI !== "true")
    return test.skip(`not run: ${missingPostgres}`, () => {});
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-audit-"));
  let postgres: Awaited<ReturnType<typeof newPostgresDatabase>> | undefined;
  beforeAll(async () => {
    if (kind === "PostgreSQL") postgres = await newPostgresDatabase();
  });
  afterAll(async () => {
    await postgres?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test("has one audit entry of each privileged action that was answered", async () => {
    const env = { DATABASE_URL: postgres?.url ?? "", ROOMKEEP_DATA_DIR: dataDir };
    const server = await startProcess(env);
    onTestFinished(() => server.end("SIGKILL"));
    const character = { name: "Ada", color: 1, shape: 1 };
    const body = { name: "Ada", password: "correct horse 7", character };
    const { token } = await callApi<{ token: string }>(server.url, "POST", "/v1/accounts", { body });
    const role = roomkeep(["account", "role", "Ada", "admin"], { env });
    expect(await role.ended, role.output()).toBe(0);
    const nobody = roomkeep(["account", "role", "Nobody", "admin"], { env });
    expect(await nobody.ended).toBe(1);
    expect(nobody.output()).toContain("ACCOUNT_UNKNOWN");

    const ada = await joinAs(server.url, "plaza", { token });
    const accessToken = await accessTokenOf(server.url, ada.token);
    const reset = { body: { login: "ADA" }, accessToken };
    const { code } = await callApi<{ code: string }>(server.url, "POST", "/v1/admin/password-resets", reset);
    ada.send("command", { line: "/spawn nothing" });
    expect(await ada.message("refused")).toMatchObject({ code: "COMMAND_INVALID" });
    ada.send("command", { line: "/tick" });
    await ada.message("console");
    ada.send("command", { line: "/spawn crate 2" });
    expect(await ada.message("console")).toMatchObject({ text: "2 × crate" });
    await server.end("SIGKILL");
    const { roomId } = ada.room;
    ada.stop();

    const database = await openDatabase({ url: postgres?.url, dataDir, log: testLog });
    const entries = (await readAudit(database.ds, 100)).reverse();
    await database.close();
    const operator = { caller: expect.stringMatching(/^operator ./), role: "admin", roomId: "" };
    const admin = { role: "admin", account: expect.any(String) };
    expect(entries).toMatchObject([
      { ...operator, line: "roomkeep admin account role --login Ada --role admin", outcome: "done" },
      {
        ...operator,
        line: "roomkeep admin account role --login Nobody --role admin",
        outcome: "ACCOUNT_UNKNOWN",
      },
      { ...admin, roomId: "", line: "POST /v1/admin/password-resets ADA", outcome: "done" },
      { ...admin, roomId, game: "plaza", line: "/spawn nothing", outcome: "COMMAND_INVALID" },
      { ...admin, roomId, game: "plaza", line: "/spawn crate 2", outcome: "done" },
    ]);
    expect(JSON.stringify(entries)).not.toContain(code);
  });
});

describeOnEachDatabase("the audit log", (open) => {
  const entry = { role: "player", account: undefined, character: undefined, game: "g", roomId: "r" } as const;

  test("takes lines that the database cannot hold as they are, and nothing waits behind them", async () => {
    const { ds } = await open();
    const audit = openAudit(ds, testLog);
    await audit.note({ ...entry, caller: "a", line: "/a\0b\ud800", outcome: "done" });
    await audit.note({ ...entry, caller: "b", line: "/b", outcome: "done" });
    expect((await readAudit(ds, 10)).map(({ line }) => line)).toEqual(["/b", "/a\ufffdb\ufffd"]);
    await audit.close();
    await expect(audit.note({ ...entry, caller: "c", line: "/c", outcome: "done" })).rejects.toThrow(
      expect.objectContaining({ code: "DATABASE_UNAVAILABLE" }),
    );
  });
});

describe("rows that nobody waits for", () => {
  const quiet = { warn() {}, error() {} };

  test("wait while the database is away, and are written in their order, once each", async () => {
    const written: number[] = [];
    let away = true;
    const queue = openWriteQueue<number>(
      "rows",
      async (batch) => {
        if (away) throw new RoomkeepError("DATABASE_UNAVAILABLE");
        written.push(...batch);
      },
      quiet,
    );
    for (let row = 0; row < 1_200; row++) queue.push(row);
    await expect(queue.flush()).rejects.toThrow();
    queue.push(1_200);
    away = false;
    await queue.close();
    expect(written).toEqual(Array.from({ length: 1_201 }, (_, row) => row));
    queue.push(7);
    await queue.flush();
    expect(written).toHaveLength(1_201);
  });

  test("are in one statement for all who ask while another runs, also where that one fails", async () => {
    const batches: number[][] = [];
    const queue = openWriteQueue<number>(
      "rows",
      async (batch) => {
        batches.push([...batch]);
        await new Promise(setImmediate);
        if (batches.length === 1) throw new RoomkeepError("DATABASE_UNAVAILABLE");
      },
      quiet,
    );
    const writes = [1, 2, 3, 4].map((row) => {
      queue.push(row);
      return queue.flush().then(() => row);
    });
    const told = await Promise.allSettled(writes);
    expect(told.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect(batches).toEqual([[1], [1, 2, 3, 4]]);
    await queue.close();
  });

  test("are bounded: what does not fit is lost, and that is told", async () => {
    const told: object[] = [];
    const log = { warn() {}, error: (fields: object) => void told.push(fields) };
    let count = 0;
    const queue = openWriteQueue<number>(
      "rows",
      async (batch) => {
        count += batch.length;
      },
      log,
    );
    for (let row = 0; row < 10_003; row++) queue.push(row);
    await queue.flush();
    expect(count).toBe(10_000);
    expect(told).toEqual([{ lost: 3 }]);
    await queue.close();
  });
});
