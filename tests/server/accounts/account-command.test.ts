import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { byPassword, finishReset, readAccount, register } from "../../../server/accounts/accounts.ts";
import { openPasswords } from "../../../server/accounts/passwords.ts";
import { migrate, openDatabase } from "../../../server/storage/database.ts";
import { roomkeep } from "../../helpers/cli.ts";
import { testLog } from "../../helpers/databases.ts";

const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-account-"));
const passwords = openPasswords();
const env = { ROOMKEEP_DATA_DIR: dataDir, DATABASE_URL: "", REDIS_URL: "" };
const openHere = () => openDatabase({ dataDir, log: testLog });
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
  const database = await openHere();
  const locked = await run("reset", "Ada");
  expect(locked).toMatchObject({ code: 1, output: expect.stringContaining("DATA_DIR_LOCKED") });
  expect(locked.output).toContain("POST /v1/admin/password-resets");
  await database.close();
});
