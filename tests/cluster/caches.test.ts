import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { callApi } from "../../bots/index.ts";
import { roomkeep } from "../helpers/cli.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

interface Answer {
  readonly role: string;
  readonly motto: string;
}

const ADMIN = "let me look at it";
const SCRIPT = ["tests/helpers/servers/cached-server.ts"];

describeCluster("caches of two processes", (open) => {
  let cluster: Cluster;
  let one: ServerProcess;
  let two: ServerProcess;
  /** Forgets by itself in a second, where the others do not within a test. */
  let short: ServerProcess;
  let db: pg.Client;
  const start = (seconds: number) =>
    cluster.start({ ROOMKEEP_CACHE_SECONDS: String(seconds), ROOMKEEP_ADMIN_PASSWORD: ADMIN }, SCRIPT);
  beforeAll(async () => {
    cluster = await open();
    [one, two, short] = await Promise.all([start(60), start(60), start(1)]);
    db = new pg.Client({ connectionString: cluster.databaseUrl });
    await db.connect();
  });
  afterAll(async () => {
    await db?.end();
    await cluster.close();
  });

  let players = 0;
  /** A registered player who has asked the second process, so that it has them in its caches. */
  async function knownPlayer() {
    // By a number: by chance letters make a word that no name may have.
    players += 1;
    const login = `player ${players}`;
    const body = { name: login, password: "correct horse battery" };
    const { accessToken, account } = await callApi<{ accessToken: string; account: { id: string } }>(
      one.url,
      "POST",
      "/v1/accounts",
      { body },
    );
    const ask = (server: ServerProcess, path = "/v1/motto") =>
      callApi<Answer>(server.url, "GET", path, { accessToken }).catch(
        (error: { code: string }) => error.code,
      );
    expect(await ask(two)).toEqual({ role: "player", motto: "none" });
    return { login, accountId: account.id, accessToken, ask };
  }

  /** Readings of the second process, by cache and outcome. */
  async function readings(): Promise<Record<string, number>> {
    const authorization = `Basic ${Buffer.from(`admin:${ADMIN}`).toString("base64")}`;
    const text = await (await fetch(`${two.url}/metrics`, { headers: { authorization } })).text();
    const lines = text.matchAll(/^roomkeep_cache_reads_total\{cache="([^"]+)",outcome="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries(
      [...lines].map(([, cache, outcome, count]) => [`${cache} ${outcome}`, Number(count)]),
    );
  }

  it("answer again without the database, and count it", async () => {
    const { ask } = await knownPlayer();
    const before = await readings();
    await ask(two);
    await ask(two);
    const after = await readings();
    for (const cache of ["sign-ins", "motto.mottoes"]) {
      expect((after[`${cache} hit`] ?? 0) - (before[`${cache} hit`] ?? 0)).toBe(2);
      expect(after[`${cache} miss`]).toBe(before[`${cache} miss`]);
    }
  });

  it("forget what another process has changed: a name", async () => {
    const { accessToken, ask } = await knownPlayer();
    await callApi(one.url, "POST", "/v1/motto", { accessToken, body: { text: "onward" } });
    expect(await ask(one)).toMatchObject({ motto: "onward" });
    await expect.poll(() => ask(two)).toMatchObject({ motto: "onward" });
  });

  it.each([
    ["all sign-ins were ended", "/v1/sign-out/everywhere", undefined],
    ["the sign-in was ended", "/v1/sign-out", undefined],
    ["the account was deleted", "/v1/account/delete", { password: "correct horse battery" }],
  ])("refuse where %s in another process", async (_, path, body) => {
    const { accessToken, ask } = await knownPlayer();
    await fetch(`${one.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
      body: JSON.stringify(body ?? {}),
    });
    expect(await ask(one)).toBe("TOKEN_REVOKED");
    await expect.poll(() => ask(two)).toBe("TOKEN_REVOKED");
  });

  it("know of a role that an operator's command gives and takes; what needs one asks the database", async () => {
    const { login, ask } = await knownPlayer();
    const give = async (role: string) => {
      const env = { DATABASE_URL: cluster.databaseUrl, REDIS_URL: cluster.redis.url };
      const command = roomkeep(["account", "role", login, role], { env });
      expect(await command.ended, command.output()).toBe(0);
    };
    await give("moderator");
    expect(await ask(two, "/v1/moderate")).toEqual({ may: true });
    await expect.poll(() => ask(two)).toMatchObject({ role: "moderator" });
    await give("player");
    expect(await ask(two, "/v1/moderate")).toBe("ROLE_NEEDED");
    await expect.poll(() => ask(two)).toMatchObject({ role: "player" });
  });

  it("are right again by themselves where no message came", async () => {
    const { accountId, ask } = await knownPlayer();
    expect(await ask(short)).toMatchObject({ role: "player" });
    // Not by the server: nobody is told.
    await db.query("UPDATE sign_in SET revoked_at = now() WHERE account_id = $1", [accountId]);
    await expect.poll(() => ask(short)).toBe("TOKEN_REVOKED");
    // The one that keeps for a minute has it still: it was no message that told the other.
    expect(await ask(two)).toMatchObject({ role: "player" });
  });
});
