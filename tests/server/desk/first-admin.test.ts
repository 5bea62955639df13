import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { roomkeep } from "../../helpers/cli.ts";
import { newPostgresDatabase } from "../../helpers/databases.ts";
import { askDesk, PASSWORD } from "../../helpers/desk/operators.ts";
import { startProcess } from "../../helpers/server-process.ts";

test("the first start prints a link, nothing secret is in the log, and the audit log verifies", async () => {
  const database = await newPostgresDatabase();
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-first-admin-"));
  const env = { DATABASE_URL: database.url, ROOMKEEP_DATA_DIR: folder, LOG_LEVEL: "debug", REDIS_URL: "" };
  const server = await startProcess(env);
  onTestFinished(async () => {
    await server.end("SIGKILL");
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const [line = "", link = "", code = ""] =
    /first admin\s+(http:\S+#welcome=(\S+)).*/.exec(server.output()) ?? [];
  expect(link.startsWith(`${server.url}/admin#`)).toBe(true);
  const wanted = { code, name: "Root", password: PASSWORD };
  const made = await askDesk(server.url, "/v1/admin/welcome", wanted);
  expect(made.status).toBe(200);
  const [cookie = ""] = (made.headers.get("set-cookie") ?? "").split(";");
  const headers = { cookie, "x-roomkeep-csrf": made.body.csrf };
  const reset = await askDesk(server.url, "/v1/admin/account/reset", { login: "Root" }, headers);
  await askDesk(server.url, "/v1/admin/sign-in", { login: "Root", password: "wrong horse 7" });
  const { secret } = (await askDesk(server.url, "/v1/admin/totp/begin", { password: PASSWORD }, headers))
    .body;

  const run = async (...args: string[]) => {
    const command = roomkeep(args, { env: { ...env, LOG_LEVEL: "info" } });
    return { code: await command.ended, out: command.stdout(), all: command.output() };
  };
  const verified = await run("audit", "verify", "--json");
  expect(verified.code, verified.all).toBe(0);
  expect(JSON.parse(verified.out)).toMatchObject({ verified: true, entries: 2, restarts: 0 });
  const exported = await run("audit", "export", "--operation", "account.reset");
  expect(
    exported.out
      .trim()
      .split("\n")
      .map((one) => JSON.parse(one)),
  ).toMatchObject([
    { seq: 2, line: "roomkeep admin account reset --login Root", outcome: "done", concerns: made.body.id },
  ]);
  // By a superuser, while the server runs.
  const superuser = new pg.Client({ connectionString: database.url });
  await superuser.connect();
  await superuser.query("UPDATE audit_entry SET caller = 'nobody' WHERE seq = 2");
  await superuser.end();
  const found = await run("audit", "verify");
  expect(found).toMatchObject({
    code: 1,
    all: expect.stringContaining("AUDIT_TAMPERED: Entry 2 was changed"),
  });

  const log = server.output().replace(line, "");
  for (const word of [
    code,
    PASSWORD,
    "wrong horse 7",
    cookie.split("=")[1],
    made.body.csrf,
    secret,
    reset.body.code,
  ])
    expect([word, log.includes(String(word))]).toEqual([word, false]);
});
