import { randomUUID } from "node:crypto";
import pg from "pg";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { EMPTY, type LinesNews, type ShownLine, takeLines } from "../../../plugins/chat/live/line-list.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";

/** A server with the plugins of these tests. */
const SCRIPT = ["tests/plugins/chat/server.ts"];
const ENV = { ROOMKEEP_CHAT_LINES_PER_MINUTE: "1000", ROOMKEEP_CHAT_LOOK_MS: "300" };
const GENERAL = { kind: "server", id: "general" };

describeCluster("chat in two processes", (open) => {
  let cluster: Cluster;
  let home: ServerProcess;
  let away: ServerProcess;
  let ann: TestPlayer;
  let bob: TestPlayer;
  beforeAll(async () => {
    cluster = await open();
    home = await cluster.start(ENV, SCRIPT);
    // Alone until the room is open, so that it is here.
    ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    away = await cluster.start(ENV, SCRIPT);
    bob = await joinAs(away.url, "plaza", { name: "Bob", create: true });
  });
  afterAll(async () => {
    for (const player of [ann, bob]) player?.stop();
    await cluster.close();
  });

  const ask = async <T>(player: TestPlayer, url: string, method: string, path: string, body?: unknown) =>
    callApi<T>(url, method, `/v1/chat${path}`, { accessToken: await accessTokenOf(url, player.token), body });
  const say = (player: TestPlayer, url: string, text: string, request = randomUUID()) =>
    ask<{ n: number; repeated: boolean }>(player, url, "POST", "/server/general/lines", { text, request });
  const history = async (player: TestPlayer, url: string) =>
    (await ask<{ lines: ShownLine[] }>(player, url, "GET", "/server/general/lines")).lines;
  async function follow(player: TestPlayer, after?: number): Promise<LinesNews> {
    const first = player.message<LinesNews>("chat.lines");
    player.send("chat.follow", { ...GENERAL, ...(after !== undefined && { after }) });
    return first;
  }
  function pageOf(player: TestPlayer, from = EMPTY) {
    let page = from;
    for (const news of (player.received.get("chat.lines") ?? []) as LinesNews[])
      page = takeLines(page, news) ?? page;
    return page;
  }
  const textsOf = (player: TestPlayer) => pageOf(player).lines.map(({ text }) => text);

  it("reach followers of the other one, in order, whoever writes where", async () => {
    await follow(ann);
    await follow(bob);
    const texts = Array.from({ length: 10 }, (_, n) => `line ${n}`);
    for (const [n, text] of texts.entries()) await say(n % 2 ? ann : bob, n % 3 ? home.url : away.url, text);
    for (const player of [ann, bob]) {
      await player.until("all lines", () => textsOf(player).length === texts.length);
      expect(textsOf(player)).toEqual(texts);
      expect(pageOf(player).lines.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  it("gives numbers without a gap though both processes write at once", async () => {
    const written = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        say(n % 2 ? ann : bob, n % 4 < 2 ? home.url : away.url, `both ${n}`),
      ),
    );
    expect(written.map(({ n }) => n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, n) => 11 + n),
    );
    for (const player of [ann, bob]) await player.until("all of them", () => pageOf(player).last === 22);
    expect(textsOf(ann)).toEqual(textsOf(bob));
  });

  it("tells a whisper and a block where the other plays", async () => {
    const [{ account: b = "" } = {}] = (await history(ann, home.url)).filter(({ name }) => name === "Bob");
    const news = bob.message<{ id: string }>("chat.news");
    const path = `/whisper/${b}/lines`;
    await ask(ann, home.url, "POST", path, { text: "psst", request: randomUUID() });
    const { id: a } = await news;
    expect(await ask(bob, away.url, "GET", `/whisper/${a}/lines`)).toMatchObject({
      lines: [{ text: "psst" }],
    });
    // The process that answers is not the one where Bob plays.
    const accessToken = await accessTokenOf(home.url, bob.token);
    await callApi(home.url, "POST", "/v1/friends/blocks", { accessToken, body: { account: a } });
    await say(ann, home.url, "unheard");
    const { n } = await say(bob, away.url, "after it");
    await bob.until("the line", () => pageOf(bob).last >= n);
    expect(textsOf(bob)).not.toContain("unheard");
    expect(textsOf(bob)).toContain("after it");
    await callApi(home.url, "DELETE", `/v1/friends/blocks/${a}`, { accessToken });
  });

  it("finds lines of which nobody has told it", async () => {
    // Written as by a process that ended before it could tell.
    await query(
      `WITH next AS (UPDATE chat_channel SET last_n = last_n + 1 WHERE kind = 'server' RETURNING last_n)
       INSERT INTO chat_line (kind, id, n, rev, account_id, character_id, name, text, request, expires_at)
       SELECT 'server', 'general', last_n, last_n, (SELECT account_id FROM chat_line WHERE kind = 'server' LIMIT 1),
         gen_random_uuid(), 'Ann', 'by no message', gen_random_uuid(), now() + interval '1 day' FROM next`,
    );
    for (const player of [ann, bob])
      await player.until("the line", () => textsOf(player).includes("by no message"));
  });

  it("keeps what it acknowledged when its process is killed, and takes the rest once, by the same request", async () => {
    const from = pageOf(bob);
    const requests = Array.from({ length: 30 }, () => randomUUID());
    const acknowledged = new Map<string, number>();
    const sending = requests.map(async (request, n) => {
      // Some are on their way when the process ends.
      const answer = await say(bob, away.url, `killed ${n}`, request).catch(() => undefined);
      if (answer) acknowledged.set(request, answer.n);
    });
    await Promise.race(sending);
    await away.end("SIGKILL");
    await Promise.all(sending);
    expect(acknowledged.size).toBeGreaterThan(0);
    bob.stop();
    // The lease of the process that was killed runs out first.
    let back = bob;
    const join = async () => {
      back = await joinAs(home.url, "plaza", { token: bob.token });
      return "in";
    };
    await expect.poll(() => join().catch(({ message }) => message)).toBe("in");
    await follow(back, from.last);
    for (const [n, request] of requests.entries()) {
      const { n: number, repeated } = await say(back, home.url, `killed ${n}`, request);
      if (acknowledged.has(request)) expect([number, repeated]).toEqual([acknowledged.get(request), true]);
    }
    await back.until("all of them", () => pageOf(back, from).lines.filter(isKilled).length === 30);
    const page = pageOf(back, from);
    expect(new Set(page.lines.filter(isKilled).map(({ text }) => text)).size).toBe(30);
    const kept = (await history(ann, home.url)).filter(isKilled);
    expect(page.lines.filter(isKilled).map(({ n }) => n)).toEqual(kept.map(({ n }) => n));
    bob = back;
  });
  const isKilled = ({ text }: ShownLine) => text.startsWith("killed");
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: cluster.databaseUrl });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
});
