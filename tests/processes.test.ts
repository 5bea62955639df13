import { CLOSE } from "roomkeep/shared";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, describeCluster } from "./helpers/cluster.ts";
import type { ServerProcess } from "./helpers/server-process.ts";

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
    // Colyseus opens each room where the fewest are, by figures that lag a little: so many until both have one.
    const hosts: TestPlayer[] = [];
    const portOf = (player: TestPlayer) => new URL(socketUrl(player)).port;
    while (new Set(hosts.map(portOf)).size < 2 && hosts.length < 12) {
      hosts.push(await join(one.url, "plaza", { name: `Host ${hosts.length}`, create: true }));
    }
    expect([...new Set(hosts.map(portOf))].sort()).toEqual([String(one.port), String(two.port)].sort());
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
    const stood = first.me().x;
    const closed = new Promise<number>((resolve) => first.room.onLeave((code) => resolve(code)));
    const second = await join(two.url, "plaza", { token: first.token, create: true });
    expect(await closed).toBe(CLOSE.TAKEN_OVER);
    expect(second.me().x).toBeCloseTo(stood, 4);
    await second.leave();
  });

  it("save everyone and end on SIGTERM; the other process goes on with what was saved", async () => {
    const leaving = await cluster.start();
    const ann = await join(leaving.url, "plaza", { name: "Dora", create: true });
    await ann.walk({ moveZ: 127 }, 12);
    const { z } = ann.me();
    ann.room.reconnection.enabled = false;
    await leaving.end("SIGTERM");
    expect(leaving.child.exitCode).toBe(0);
    const again = await join(one.url, "plaza", { token: ann.token, create: true });
    expect(again.me().z).toBeCloseTo(z, 4);
    expect(await (await fetch(`${one.url}/ready`)).json()).toEqual({
      status: "ready",
      database: "ok",
      redis: "ok",
    });
  });
});
