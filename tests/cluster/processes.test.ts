import { hostname } from "node:os";
import pg from "pg";
import { CLOSE, type PartyView } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf } from "../../bots/sign-in.ts";
import { openRedisClient } from "../../server/cluster/redis/redis-client.ts";
import { roomkeep } from "../helpers/cli.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import { callerFrom } from "../helpers/reserve.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

/** Where the SDK was sent: the socket's address is what matchmaking answered. */
const socketUrl = ({ room }: TestPlayer) =>
  (room.connection.transport as unknown as { ws: { url: string } }).ws.url;

describeCluster("two processes on one Redis and one PostgreSQL", (open) => {
  let cluster: Cluster;
  let one: ServerProcess;
  let two: ServerProcess;
  const players: TestPlayer[] = [];
  const join = async (...args: Parameters<typeof joinAs>) => {
    const player = await joinAs(...args);
    players.push(player);
    return player;
  };

  beforeAll(async () => {
    cluster = await open();
    [one, two] = await Promise.all([cluster.start(), cluster.start()]);
  });
  afterAll(async () => {
    for (const player of players) player.stop();
    await cluster.close();
  });

  it("share matchmaking: strangers who ask different processes meet in one room", async () => {
    const ann = await join(one.url, "plaza", { name: "Ann" });
    const bob = await join(two.url, "plaza", { name: "Bob" });
    expect(bob.room.roomId).toBe(ann.room.roomId);
    await ann.until("Bob", () => ann.room.state.actors.has(bob.room.sessionId));
    const heard = ann.message<{ text: string }>("chat");
    bob.room.send("chat" as never, { text: "hello over there" } as never);
    expect((await heard).text).toBe("hello over there");
    await ann.leave();
    await bob.leave();
  });

  it("list each other's rooms, and send the client to the process that has the room", async () => {
    const hosts = await onTwo("Host 1", "Host 2");
    const listed = (await (await fetch(`${two.url}/v1/rooms`)).json()) as { rooms: { code: string }[] };
    const codes = listed.rooms.map((room) => room.code);
    for (const host of hosts) expect(codes).toContain(host.room.roomId);
    for (const host of hosts) {
      const guest = await join(two.url, "plaza", { name: "Guest", code: host.room.roomId });
      expect(guest.room.state.actors.has(host.room.sessionId)).toBe(true);
      expect(portOf(guest)).toBe(portOf(host));
    }
    await Promise.all(hosts.map((host) => host.leave()));
  });

  it("take a character over between processes: the newest login wins and the place is kept", async () => {
    const first = await join(one.url, "plaza", { name: "Cleo", create: true });
    await first.walk({ moveX: 127 }, 12);
    // It stands still before the place is read: the last steps may still be on the way.
    await first.walk({ moveX: 0 }, 6);
    const stood = first.me().x;
    const closed = new Promise<number>((resolve) => first.room.onLeave((code) => resolve(code)));
    const second = await join(two.url, "plaza", { token: first.token, create: true });
    expect(await closed).toBe(CLOSE.TAKEN_OVER);
    expect(second.me().x).toBeCloseTo(stood, 4);
    await second.leave();
  });

  it("let go of a character whose sign-in is ended in another process", async () => {
    const ann = await join(one.url, "plaza", { name: "Ann", create: true });
    const closed = new Promise<number>((resolve) => ann.room.onLeave((code) => resolve(code)));
    const away = portOf(ann) === new URL(one.url).port ? two : one;
    const headers = { authorization: `Bearer ${await accessTokenOf(away.url, ann.token)}` };
    const ended = await fetch(`${away.url}/v1/sign-out/everywhere`, { method: "POST", headers });
    expect(ended.status).toBe(204);
    expect(await closed).toBe(CLOSE.SIGNED_OUT);
  });

  it("carry a line to somebody in another process: in order, once, and with an answer", async () => {
    const [ann, bob] = await onTwo("Ann", "Bob");
    for (let n = 1; n <= 4; n++) ann.send("whisper", { to: bob.characterId, text: `line ${n}` });
    await bob.until("all lines", () => (bob.received.get("whisper")?.length ?? 0) >= 4);
    await ann.until("all answers", () => (ann.received.get("whisper.sent")?.length ?? 0) >= 4);
    const from = { from: ann.characterId, name: "Ann" };
    expect(bob.received.get("whisper")).toEqual([1, 2, 3, 4].map((n) => ({ ...from, text: `line ${n}` })));
    expect(ann.received.get("whisper.sent")).toEqual(
      [1, 2, 3, 4].map((n) => ({
        to: bob.characterId,
        character: bob.characterId,
        text: `line ${n}`,
        outcome: "delivered",
      })),
    );
    await bob.leave();
    const answer = ann.message<{ outcome: string }>("whisper.sent");
    ann.send("whisper", { to: bob.characterId, text: "are you there?" });
    expect((await answer).outcome).toBe("offline");
    await ann.leave();
  });

  it("carry a party's lines: in order for each writer, once, and with the names of those who missed them", async () => {
    const [ann, bob] = await onTwo("Ann", "Bob");
    const cleo = await join(one.url, "plaza", { name: "Cleo", code: ann.room.roomId });
    const dora = await join(one.url, "plaza", { name: "Dora", code: ann.room.roomId });
    const refused = bob.message<{ code: string }>("refused");
    bob.send("party.say", { text: "alone" });
    expect((await refused).code).toBe("PARTY_NONE");
    // Bob comes by, joins the party, and goes back to his own process.
    const home = bob.room.roomId;
    await bob.leave();
    const guest = await join(two.url, "plaza", { token: bob.token, code: ann.room.roomId });
    for (const other of [guest, cleo]) {
      const invited = other.message<{ party: string }>("party.invited");
      ann.send("party.invite", { to: other.room.sessionId });
      other.send("party.accept", { party: (await invited).party });
      await ann.until("the party", () => partyOf(ann).includes(other.characterId));
    }
    await guest.leave();
    const back = await hostedBy(two, "Bob", guest.token);
    expect(back.room.roomId).not.toBe(home);
    const all = [ann, back, cleo];
    await back.until("his party", () => partyOf(back).length === 3);

    const lines = [1, 2, 3, 4];
    for (const n of lines) for (const one of all) one.send("party.say", { text: `line ${n}` });
    const count = (player: TestPlayer, type: string) => player.received.get(type)?.length ?? 0;
    for (const one of all) {
      await one.until("all lines", () => count(one, "party.say") >= 8);
      await one.until("all answers", () => count(one, "party.said") >= 4);
      expect(one.received.get("party.said")).toEqual(lines.map((n) => ({ text: `line ${n}`, missed: [] })));
      for (const other of all.filter((each) => each !== one)) {
        const heard = (one.received.get("party.say") as { from: string; text: string }[]).filter(
          ({ from }) => from === other.characterId,
        );
        expect(heard.map(({ text }) => text)).toEqual(lines.map((n) => `line ${n}`));
      }
    }
    expect(dora.received.get("party.say")).toBeUndefined();
    await cleo.leave();
    const answer = ann.message<{ missed: string[] }>("party.said");
    ann.send("party.say", { text: "who is there?" });
    expect((await answer).missed).toEqual(["Cleo"]);
    await back.until("the line", () => count(back, "party.say") === 9);
    // One that takes long, because its reader is looked for again, holds back those after it.
    for (const { characterId: to } of [cleo, back]) ann.send("whisper", { to, text: "psst" });
    await ann.until("both answers", () => count(ann, "whisper.sent") === 2);
    expect(ann.received.get("whisper.sent")).toMatchObject([
      { outcome: "offline" },
      { outcome: "delivered" },
    ]);
    await Promise.all([ann, back, dora].map((player) => player.leave()));
  });

  it("tell everybody what an admin announces, once, in whichever process, and nobody what others try to", async () => {
    const [ann, bob] = await onTwo("Ann", "Bob");
    const refused = ann.message<{ code: string }>("refused");
    ann.send("command", { line: "/announce free coins" });
    expect((await refused).code).toBe("ROLE_NEEDED");
    await ann.leave();
    const database = new pg.Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    await database.query(
      "UPDATE account SET role = 'admin' WHERE id = (SELECT account_id FROM character WHERE id = $1)",
      [ann.characterId],
    );
    await database.end();
    const admin = await hostedBy(one, "Ann", ann.token);
    const told = [admin, bob].map((player) => player.message("notice"));
    admin.send("command", { line: "/announce We restart in  five minutes." });
    const notice = { code: "ANNOUNCEMENT", text: "We restart in five minutes." };
    expect(await Promise.all(told)).toEqual([notice, notice]);
    const bad = admin.message<{ code: string }>("refused");
    admin.send("command", { line: "/announce" });
    expect((await bad).code).toBe("COMMAND_INVALID");
    await bob.patches(3);
    for (const player of [admin, bob]) expect(player.received.get("notice")).toEqual([notice]);
    await Promise.all([admin, bob].map((player) => player.leave()));
  });

  it("are seen by roomkeep doctor, the way to each of them too, and listed and drained by roomkeep drain", async () => {
    const env = { REDIS_URL: cluster.redis.url, DATABASE_URL: cluster.databaseUrl };
    const asked = roomkeep(["doctor", one.url], { env });
    expect(await asked.ended, asked.output()).toBe(0);
    for (const { port } of [one, two]) {
      expect(asked.output()).toMatch(new RegExp(`✓ sockets reach .*:${port} by http://127.0.0.1:${port}`));
    }
    const lost = roomkeep(["doctor", "http://127.0.0.1:9"], { env });
    expect(await lost.ended).toBe(1);
    expect(lost.output()).toContain("✗ address: ");

    const third = await cluster.start();
    const gone = new Promise((done) => third.child.once("exit", done));
    const drained = roomkeep(["drain", `${hostname()}:${third.port}`], { env });
    expect(await drained.ended, drained.output()).toBe(0);
    expect(await gone).toBe(0);
    const left = roomkeep(["drain"], { env });
    expect(await left.ended).toBe(0);
    expect(left.stdout().trim().split("\n")).toHaveLength(2);
  });

  it("on SIGTERM carry their players to another process, where they stand, without a login", async () => {
    const leaving = await cluster.start();
    const dora = await hostedBy(leaving, "Dora");
    await dora.walk({ moveZ: 127 }, 12);
    const { z } = dora.me();
    const from = dora.room.roomId;
    const arrived = dora.journey();
    const ready = readyUntilGone(leaving.url);
    await leaving.end("SIGTERM");
    expect(leaving.child.exitCode).toBe(0);
    expect(await arrived).toBe("plaza");
    expect(dora.closed.get(from)).toBe(CLOSE.TRAVELLED);
    expect(dora.me().z).toBeCloseTo(z, 1);
    expect([String(one.port), String(two.port)]).toContain(portOf(dora));
    // A link to the old room leads to the new one.
    const guest = await join(one.url, "plaza", { name: "Guest", code: from });
    expect(guest.room.roomId).toBe(dora.room.roomId);
    expect(await ready).toContain("stopping");
    await dora.leave();
    await guest.leave();
    expect(await (await fetch(`${one.url}/ready`)).json()).toEqual({
      status: "ready",
      database: "ok",
      disk: "ok",
      redis: "ok",
    });
  });

  it("are not held by one who hangs: the others are carried over, and the process ends in its bound", async () => {
    const leaving = await cluster.start();
    const dora = await hostedBy(leaving, "Dora");
    const stuck = await join(one.url, "plaza", { name: "Stuck", code: dora.room.roomId });
    stuck.room.reconnection.enabled = false;
    const [from, left] = [dora.room.roomId, new Promise((done) => stuck.room.onLeave(done))];
    // Somebody else's transaction has the row: whatever is written of this character waits, and waits.
    const lock = new pg.Client({ connectionString: cluster.databaseUrl });
    lock.on("error", () => {}); // the database ends before it, when this test fails
    await lock.connect();
    await lock.query("BEGIN");
    await lock.query("SELECT 1 FROM character WHERE id = $1 FOR UPDATE", [stuck.characterId]);
    const arrived = dora.journey();
    const ended = new Promise((done) => leaving.child.once("exit", done));
    leaving.child.kill("SIGTERM");
    expect(await arrived).toBe("plaza");
    await left;
    // Within its bound: who hangs would hold it for as long as the row is locked.
    await ended;
    expect(dora.closed.get(from)).toBe(CLOSE.TRAVELLED);
    expect(leaving.child.exitCode, leaving.output()).toBe(0);
    await lock.end();
    const again = await join(one.url, "plaza", { token: stuck.token });
    for (const player of [dora, again]) await player.leave();
  });

  it("refuse joins at the ticket while Redis takes no writes, spend none in vain, and go on by themselves when it does", async () => {
    const ann = await join(one.url, "plaza", { name: "Ann" });
    const bob = await join(one.url, "plaza", { name: "Bob", create: true });
    await bob.leave();
    const caller = callerFrom(one.url, "127.0.0.1");
    const { ticket } = (await caller.ticket(bob.token, { game: "plaza" })).body;
    const knock = async () => (await caller.useTicket(ticket, "joinOrCreate", "plaza")).code;
    const ready = async () => (await fetch(`${one.url}/ready`)).status;
    const redis = await openRedisClient(cluster.redis.url);
    await redis.send("REPLICAOF", "127.0.0.1", "1");
    // Before anybody has noticed, and after.
    expect(await knock()).toBe("REDIS_UNAVAILABLE");
    await expect.poll(ready).toBe(503);
    expect(await knock()).toBe("REDIS_UNAVAILABLE");
    expect(await caller.ticket(bob.token, { game: "plaza" })).toMatchObject({
      status: 503,
      code: "REDIS_UNAVAILABLE",
    });
    await ann.walk({ moveX: 127 }, 6);
    await redis.send("REPLICAOF", "NO", "ONE");
    redis.close();
    await expect.poll(ready).toBe(200);
    expect(await knock()).toBeUndefined();
    await ann.leave();
  });

  const portOf = (player: TestPlayer) => new URL(socketUrl(player)).port;

  const partyOf = (player: TestPlayer) =>
    ((player.received.get("party")?.at(-1) ?? null) as PartyView | null)?.members.map(({ id }) => id) ?? [];

  /** Colyseus's client is sent to the process that has the room; rooms are opened until this one has one. */
  async function hostedBy(process: ServerProcess, name: string, token?: string): Promise<TestPlayer> {
    // While the other one is busier, this may take some tries.
    for (let tries = 0; tries < 100; tries++) {
      const player = await join(process.url, "plaza", { name, token, create: true });
      if (portOf(player) === String(process.port)) return player;
      await player.leave();
    }
    throw new Error("this process got no room");
  }

  async function onTwo(...names: [string, string]): Promise<[TestPlayer, TestPlayer]> {
    return [await hostedBy(one, names[0]), await hostedBy(two, names[1])];
  }

  /** All that /ready said until nobody answered. */
  async function readyUntilGone(url: string): Promise<string[]> {
    const said: string[] = [];
    for (;;) {
      try {
        said.push(((await (await fetch(`${url}/ready`)).json()) as { status: string }).status);
        await new Promise((done) => setTimeout(done, 30));
      } catch {
        return said;
      }
    }
  }
});
