import { mkdtempSync, rmSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { byPassword, finishReset, readAccount, register } from "../../../server/accounts/accounts.ts";
import { openPasswords } from "../../../server/accounts/passwords.ts";
import { openOperatorSocket } from "../../../server/operations/run/operator-socket.ts";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { testLog } from "../../helpers/databases.ts";
import { operatorHost } from "../../helpers/desk/operator-host.ts";

const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-account-"));
const passwords = openPasswords();
const env = { ROOMKEEP_DATA_DIR: dataDir, DATABASE_URL: "", REDIS_URL: "" };
const openHere = () => openDatabase({ dataDir, from: "migrated", log: testLog });
let accountId: string;
beforeAll(async () => {
  const database = await openHere();
  await migrate(database.ds);
  ({ accountId } = await register(database.ds, passwords, { name: "Ada", password: "correct horse 7" }));
  await database.close();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const run = async (...args: string[]) => {
  const command = roomkeep(["account", ...args], { env });
  return { code: await command.ended, output: command.output() };
};

it("exports an account as JSON, and deletes it when that is confirmed", async () => {
  const opened = await openHere();
  await register(opened.ds, passwords, { name: "Gone", password: "correct horse 7" });
  await opened.close();
  const exported = await run("export", "gone");
  expect(exported.code).toBe(0);
  expect(JSON.parse(exported.output)).toMatchObject({ account: { name: "Gone" }, ledger: [] });
  expect((await run("delete", "gone")).code).toBe(2);
  expect((await run("delete", "gone", "--yes")).output).toContain("gone is deleted.");
  const after = await openHere();
  const { n } = (await after.ds.query("SELECT count(*)::int AS n FROM account WHERE name_key = 'gone'"))[0];
  expect(n).toBe(0);
  await after.close();
});

it("prints a reset code with which the owner sets a new password, and gives a role", async () => {
  const reset = await run("reset", "ADA");
  const [, code = ""] = /Reset code of Ada.*: (\S+)/.exec(reset.output) ?? [];
  expect(reset.code).toBe(0);
  expect((await run("role", "Ada", "moderator")).output).toContain("Ada is now moderator.");
  const database = await openHere();
  await finishReset(database.ds, passwords, { login: "Ada", code, password: "battery 9 staple" });
  expect(await byPassword(database.ds, passwords, "Ada", "battery 9 staple")).toEqual({ accountId });
  expect((await readAccount(database.ds, accountId)).role).toBe("moderator");
  await database.close();
});

it("says what is wrong: an unknown name, an unknown role, a database that a server uses", async () => {
  expect(await run("reset", "Bob")).toMatchObject({
    code: 1,
    output: expect.stringContaining("ACCOUNT_UNKNOWN"),
  });
  expect(await run("role", "Ada", "root")).toMatchObject({ code: 2 });
  // By whatever has no socket: a server that starts right now.
  const database = await openHere();
  const locked = await run("reset", "Ada");
  expect(locked).toMatchObject({ code: 1, output: expect.stringContaining("DATA_DIR_LOCKED") });
  await database.close();
});

describe("while a server has the embedded database", () => {
  let database: Database;
  let closeSocket: () => Promise<void>;
  const changed: string[] = [];
  beforeAll(async () => {
    // What a server that was killed has left.
    await writeFile(join(dataDir, "operator.sock"), "");
    database = await openHere();
    const host = operatorHost(database.ds, { accountChanged: (id) => void changed.push(id) });
    closeSocket = await openOperatorSocket(dataDir, host);
  });
  afterAll(async () => {
    await closeSocket();
    await database.close();
  });

  /** Sends a line as it is; resolves with the lines that came back. */
  const send = (text: string) =>
    new Promise<string>((resolve, reject) => {
      let answer = "";
      const socket = connect(join(dataDir, "operator.sock"), () => socket.write(text));
      socket.on("data", (piece) => (answer += piece));
      socket.on("error", reject).on("close", () => resolve(answer));
    });

  it("a command is carried out by it, refusals too, and audited once each", async () => {
    expect(await run("role", "Ada", "admin")).toEqual({ code: 0, output: "Ada is now admin.\n" });
    expect((await readAccount(database.ds, accountId)).role).toBe("admin");
    expect(changed).toEqual([accountId]);
    expect(await run("reset", "Bob")).toMatchObject({
      code: 1,
      output: expect.stringContaining("ACCOUNT_UNKNOWN: No account"),
    });
    const [second, first] = await readAudit(database.ds, 2);
    expect(first).toMatchObject({
      line: "roomkeep admin account role --login Ada --role admin",
      outcome: "done",
    });
    expect(second).toMatchObject({
      line: "roomkeep admin account reset --login Bob",
      outcome: "ACCOUNT_UNKNOWN",
    });
  });

  it("its socket is for the server's own user alone", async () => {
    const { mode } = await stat(join(dataDir, "operator.sock"));
    expect((mode & 0o777).toString(8)).toBe("600");
  });

  it.each([
    ["no JSON", "role Ada admin", "MESSAGE_INVALID"],
    ["no request", '{"operation":4}', "MESSAGE_INVALID"],
    [
      "parameters that do not fit",
      JSON.stringify({ operation: "account.role", by: "", params: { login: "Ada", role: "root" } }),
      "MESSAGE_INVALID",
    ],
    ["an operation that it does not know", '{"operation":"toString","by":"","params":{}}', "CONFIG_INVALID"],
  ])("refuses %s by a code, and goes on", async (_, line, code) => {
    expect(JSON.parse(await send(`${line}\n`))).toMatchObject({ error: { code } });
  });

  it("hangs up on a line without end", async () => {
    expect(await send("x".repeat(80 * 1024))).toBe("");
  });
});
