import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WorldRoom } from "roomkeep/rooms";
import { Avatar, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STREAM_PATH, streamRoute } from "../../../server/desk/stream/stream-route.ts";
import { readPermissions } from "../../../server/operations/permissions.ts";
import { askDesk, type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";

/** A room that is made slow on purpose. */
class SlowRoom extends WorldRoom {
  static override readonly listing = { label: "Slow", description: "Slow.", maxPlayers: 8 };
  override state = new WorldState();
  isSlow = false;
  protected override createAvatar() {
    return new Avatar();
  }
  protected override onTick(): void {
    const until = performance.now() + (this.isSlow ? 60 : 0);
    while (performance.now() < until);
  }
}

let world: TestServer;
let admin: DeskOperator;
let player: DeskOperator;
beforeAll(async () => {
  const rules = { "tick-p99": { above: 50, forS: 0 }, memory: { off: true }, "late-ticks": { off: true } };
  world = await bootServer(
    { slow: SlowRoom },
    { env: { ROOMKEEP_ALERT_RULES: JSON.stringify(rules), ROOMKEEP_ORIGINS: "" } },
  );
  const { ds } = world.server.foundation.database;
  admin = await deskOperator(ds, world.url, "root", "admin");
  player = await deskOperator(ds, world.url, "nobody", "moderator");
});
afterAll(() => world?.close());

/** Reads the stream of an operator: the events that came, by name. */
async function readStream(headers: Record<string, string>) {
  const broken = new AbortController();
  const answer = await fetch(`${world.url}${STREAM_PATH}`, { headers, signal: broken.signal });
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at
  const events: { event: string; message: any }[] = [];
  const ended = (async () => {
    let rest = "";
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const parts = (rest + Buffer.from(piece).toString()).split("\n\n");
      rest = parts.pop() ?? "";
      for (const part of parts) {
        const [, event, message] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
        if (event !== undefined && message !== undefined)
          events.push({ event, message: JSON.parse(message) });
      }
    }
  })().catch(() => {});
  return { answer, events, ended, end: () => broken.abort() };
}

test("a room that is slow raises an alert: on the stream, in the overview and the list, acknowledged once", async () => {
  const stream = await readStream({ cookie: `roomkeep_desk=${admin.token}` });
  const ann = await world.join("slow", { name: "Ann" });
  const room = world.room<SlowRoom>(ann.room.roomId);
  room.isSlow = true;
  const alerts = () => stream.events.filter(({ event }) => event === "alert").map(({ message }) => message);
  await expect.poll(alerts).toMatchObject([{ rule: "tick-p99", state: "firing", times: 1 }]);
  const { body: overview } = await admin.ask("/v1/admin/overview/get");
  expect(overview.alerts).toMatchObject([{ rule: "tick-p99" }]);
  expect(overview.processes).toMatchObject([{ self: true, rooms: 1, players: 1 }]);
  expect(overview.hour.at).toHaveLength(720);
  expect(overview.day.stepS).toBe(120);
  const [{ id } = { id: "" }] = alerts();
  const listed = await player.ask("/v1/admin/alerts/list?open=true");
  expect(listed.body.alerts).toMatchObject([{ id, acknowledgedBy: null }]);
  const refused = await player.ask("/v1/admin/alerts/acknowledge", { alert: id });
  expect([refused.status, refused.body.code]).toEqual([403, "ROLE_NEEDED"]);
  const noted = await admin.ask("/v1/admin/alerts/acknowledge", { alert: id });
  expect(noted.body.alert).toMatchObject({ id, acknowledgedBy: "root" });
  await expect.poll(() => alerts().at(-1)).toMatchObject({ id, acknowledgedBy: "root" });
  room.isSlow = false;
  await expect.poll(() => alerts().at(-1)).toMatchObject({ id, state: "recovered" });
  await expect
    .poll(() => stream.events.filter(({ event }) => event === "overview").length)
    .toBeGreaterThan(2);
  const { message } = stream.events.find(({ event }) => event === "overview") ?? {};
  expect(message.point).toHaveProperty("players");
  const rules = await player.ask("/v1/admin/alerts/rules");
  expect(rules.body.rules).toContainEqual(expect.objectContaining({ name: "tick-p99", above: 50, forS: 0 }));
  await ann.leave();
  stream.end();
  await stream.ended;
});

test("the stream is for who has a session and may look, from the desk's own page", async () => {
  const status = async (headers: Record<string, string>) => {
    const { answer, end } = await readStream(headers);
    end();
    return answer.status;
  };
  const cookie = `roomkeep_desk=${admin.token}`;
  expect(await status({})).toBe(401);
  expect(await status({ cookie: "roomkeep_desk=rkd_wrong-wrong-wrong-wrong" })).toBe(401);
  expect(await status({ cookie, origin: "https://evil.example" })).toBe(403);
  expect(await status({ cookie })).toBe(200);
});

test("an operator whose role may not look gets no stream, nor who has too many, each by its code", async () => {
  const { foundation } = world.server;
  const { guard } = foundation.desk;
  const permissions = readPermissions("moderator=sanction");
  const { ds } = foundation.database;
  const { stream } = foundation.watch;
  const mod = await deskOperator(ds, world.url, "mod", "moderator");
  const answer = streamRoute({ ds, stream, guard, permissions, idleMinutes: 30 });
  const server = createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = async ({ token }: DeskOperator) => {
    const headers = { cookie: `roomkeep_desk=${token}` };
    const { status, body } = await fetch(`http://127.0.0.1:${port}/`, { headers }).then(async (got) => ({
      status: got.status,
      body: got.status === 200 ? got.body : await got.json(),
    }));
    return { status, body };
  };
  expect(await ask(mod)).toMatchObject({ status: 403, body: { code: "ROLE_NEEDED" } });
  const all = await Promise.all(Array.from({ length: 9 }, () => ask(admin)));
  expect(all.filter(({ status }) => status === 200)).toHaveLength(8);
  expect(all.find(({ status }) => status !== 200)).toMatchObject({
    status: 429,
    body: { code: "RATE_LIMITED" },
  });
  server.closeAllConnections();
  server.close();
  await expect.poll(() => stream.count).toBe(0);
});

test("a session that nobody uses takes its stream with it", async () => {
  const { ds } = world.server.foundation.database;
  const guest = await deskOperator(ds, world.url, "sleeper", "operator");
  const stream = await readStream({ cookie: `roomkeep_desk=${guest.token}` });
  await world.server.foundation.watch.stream.recheck();
  const age = "UPDATE operator_session SET seen_at = now() - interval '1 day' WHERE account_id = $1";
  await ds.query(age, [guest.accountId]);
  await world.server.foundation.watch.stream.recheck();
  await stream.ended;
  expect(stream.events.at(-1)).toEqual({ event: "end", message: { code: "TOKEN_REVOKED" } });
});

test("a session that ends takes its stream with it", async () => {
  const { ds } = world.server.foundation.database;
  const guest = await deskOperator(ds, world.url, "guest", "operator");
  const stream = await readStream({ cookie: `roomkeep_desk=${guest.token}` });
  expect(stream.answer.status).toBe(200);
  await ds.query("UPDATE account SET role = 'player' WHERE id = $1", [guest.accountId]);
  await world.server.foundation.watch.stream.recheck();
  await stream.ended;
  expect(stream.events.at(-1)).toEqual({ event: "end", message: { code: "TOKEN_REVOKED" } });
});

test("errors of pages are counted, bounded by size and address, and listed", async () => {
  const send = (body: object) => askDesk(world.url, "/v1/client-errors", body);
  const error = {
    message: "TypeError: x",
    stack: "at a (b.js:1:2)",
    page: "/play?token=secret#code",
    build: "b",
  };
  expect((await send(error)).status).toBe(204);
  expect((await send({ ...error, stack: "at a (b.js:1:2)" })).status).toBe(204);
  expect((await send({ message: 7 })).status).toBe(400);
  expect((await send({ message: `${"long ".repeat(5_000)}` })).status).toBe(204);
  expect((await send({ message: "x".repeat(70_000) })).status).toBe(413);
  const { body } = await player.ask("/v1/admin/errors/list");
  expect(body.errors).toMatchObject([
    { message: expect.stringMatching(/^long/) },
    { message: "TypeError: x", count: 2, page: "/play" },
  ]);
  expect(body.errors[0].message).toHaveLength(500);
  const statuses = [];
  for (let n = 0; n < 25; n++) statuses.push((await send(error)).status);
  expect(statuses).toContain(429);
  expect(statuses.filter((status) => status === 204).length).toBeLessThanOrEqual(20);
});
