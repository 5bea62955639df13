import { type IRoomCache, initializeRoomCache } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BEAT_MS, DEAD_MS, type Heartbeats, openHeartbeats } from "../../server/cluster/heartbeats.ts";
import type { Load, Member } from "../../server/cluster/member.ts";
import { openPlacement } from "../../server/cluster/placement.ts";
import { ClusterPresence } from "../../server/cluster/presence.ts";
import { openRedisClient, type RedisClient } from "../../server/cluster/redis/redis-client.ts";
import { RoomDriver } from "../../server/cluster/room-driver.ts";
import { openProxy } from "../helpers/cuttable-proxy.ts";
import { testLog } from "../helpers/databases.ts";
import { describeWithRedis, type TestRedis } from "../helpers/redis.ts";

const load: Load = {
  rooms: 0,
  players: 0,
  busy: 0,
  memory: 0.1,
  closed: false,
  version: "1",
  incarnation: "",
  address: "here:1",
};
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const room = (roomId: string, more: Partial<IRoomCache> = {}) =>
  initializeRoomCache({ roomId, name: "plaza", processId: "a", maxClients: 8, ...more });
const open = { name: "plaza", locked: false, private: false };

describeWithRedis("the rooms and processes of a cluster", (openRedis) => {
  let redis: TestRedis;
  const links: RedisClient[] = [];
  const link = async () => {
    const one = await openRedisClient(redis.url);
    links.push(one);
    return one;
  };
  beforeAll(async () => {
    redis = await openRedis();
  });
  afterAll(async () => {
    for (const one of links) one.close();
    await redis.close();
  });

  describe("the list", () => {
    it("finds the fullest open room of a game, and none that is locked, private, dead or of another game", async () => {
      const dead = new Set(["dead"]);
      const mine = new RoomDriver(await link());
      const theirs = new RoomDriver(await link(), { isDead: (id) => dead.has(id) });
      const rooms = [
        room("A1", { clients: 1 }),
        room("A2", { clients: 3 }),
        room("A3", { clients: 7, locked: true }),
        room("A4", { clients: 7, private: true }),
        room("A5", { clients: 7, processId: "dead" }),
        room("B1", { clients: 7, name: "tag" }),
      ];
      for (const one of rooms) await mine.persist(one, true);
      expect((await theirs.findOne(open)).roomId).toBe("A2");
      expect((await theirs.findOne({ ...open, clients: 1 })).roomId).toBe("A1");
      expect(
        (await theirs.query({ name: "plaza", private: false })).map(({ roomId }) => roomId).sort(),
      ).toEqual(["A1", "A2", "A3"]);
      expect((await theirs.query(open, { clients: 1 })).map(({ roomId }) => roomId)).toEqual(["A1", "A2"]);
      expect([...(await theirs.findByIds(["A1", "A5", "none"])).keys()]).toEqual(["A1"]);
      expect(await theirs.has("A5")).toBe(false);
      expect((await theirs.query({ processId: "a" })).length).toBe(5);
      expect((await theirs.findOne(open, { clients: 1 })).roomId).toBe("A1");
      // Other processes' rooms are matched by what their joins asked for, beyond the first page of the list.
      for (let n = 0; n < 20; n++)
        await mine.persist(
          room(`M${n}`, { name: "arena", clients: 20 - n, metadata: { match: n < 19 ? "red" : "blue" } }),
          true,
        );
      const arena = { ...open, name: "arena" };
      expect((await theirs.findOne({ ...arena, match: "blue" } as object)).roomId).toBe("M19");
      expect(await theirs.findOne({ ...arena, match: "green" } as object)).toBeUndefined();
      for (let n = 0; n < 20; n++) await mine.remove(`M${n}`);
      await mine.update(rooms[0] as IRoomCache, { $inc: { clients: 5 } });
      expect((await theirs.findOne(open)).roomId).toBe("A1");
      await mine.remove("A1");
      expect((await theirs.findOne(open)).roomId).toBe("A2");
      await theirs.cleanup("a");
      expect(await theirs.query({ processId: "a" })).toEqual([]);
      expect(await theirs.findOne(open)).toBeUndefined();
    });

    it("lists a room without a process, and finds one under its new game or process only", async () => {
      const listing = new RoomDriver(await link());
      const bare = initializeRoomCache({ roomId: "BARE", name: "one", locked: false });
      await listing.persist(bare, true);
      expect((await listing.query({ name: "one" })).map(({ roomId }) => roomId)).toEqual(["BARE"]);
      Object.assign(bare, { name: "two", processId: "p" });
      await listing.persist(bare);
      expect(await listing.query({ name: "one" })).toEqual([]);
      expect((await listing.findOne({ ...open, name: "two" })).roomId).toBe("BARE");
      expect((await listing.query({ processId: "p" })).map(({ roomId }) => roomId)).toEqual(["BARE"]);
      Object.assign(bare, { processId: "q" });
      await listing.persist(bare);
      await listing.cleanup("p"); // it is not there any more
      expect((await listing.query({ processId: "q" })).map(({ roomId }) => roomId)).toEqual(["BARE"]);
      expect(await listing.remove("BARE")).toBe(true);
      expect(await listing.query({ name: "two" })).toEqual([]);
    });

    it("tells when a room comes, goes or changes, and not for each player who joins or leaves", async () => {
      let told = 0;
      const listing = new RoomDriver(await link(), { onChange: () => told++ });
      const bell = room("BELL");
      await listing.persist(bell, true);
      expect(told).toBe(1);
      await listing.update(bell, { $inc: { clients: 1 }, $set: { locked: false } });
      expect(told).toBe(1);
      await listing.update(bell, { $set: { locked: true } });
      expect(told).toBe(2);
      await listing.remove("BELL");
      expect(told).toBe(3);
    });

    it("gives an id to one of two who want it", async () => {
      const [one, other] = [new RoomDriver(await link()), new RoomDriver(await link())];
      const taken = await Promise.all([
        one.insert(room("SAME")),
        other.insert(room("SAME", { processId: "b" })),
      ]);
      expect(taken.sort()).toEqual([false, true]);
    });

    it("follows a room to the process that it moved to", async () => {
      const listing = new RoomDriver(await link());
      await listing.persist(room("NEXT"), true);
      await (await link()).send("SET", "roomkeep:moved:GONE", "NEXT");
      expect((await listing.findOne({ roomId: "GONE" })).roomId).toBe("NEXT");
    });

    it("refuses while Redis is away, knows its own rooms all the same, and tells what was missed", async () => {
      const own = await openRedis();
      const way = await openProxy(Number(new URL(own.url).port));
      const [line, other] = [
        await openRedisClient(`redis://127.0.0.1:${way.port}`),
        await openRedisClient(own.url),
      ];
      const listing = new RoomDriver(line);
      const kept = room("KEPT");
      await listing.persist(kept, true);
      await listing.persist(room("OVER"), true);
      way.cut();
      await expect(listing.findOne(open)).rejects.toThrow(/^REDIS_UNAVAILABLE: /);
      expect((await listing.findOne({ roomId: "KEPT" })).roomId).toBe("KEPT");
      await listing.update(kept, { $set: { clients: 5 } });
      await listing.remove("OVER");
      way.mend();
      const seen = new RoomDriver(other);
      await expect.poll(() => listing.has("OVER").catch(() => false), { timeout: 5_000 }).toBe(true);
      expect((await seen.findOne(open)).clients).toBe(0);
      await listing.tellMissed();
      expect((await seen.findOne(open)).clients).toBe(5);
      expect(await seen.has("OVER")).toBe(false);
      // A Redis that was started anew knows nothing.
      await other.send("FLUSHALL");
      await listing.tellMissed(true);
      expect((await seen.findOne(open)).clients).toBe(5);
      line.close();
      other.close();
      await way.close();
      await own.close();
    });
  });

  it("an answer that came while the process was stalled counts, however late it is read", async () => {
    const line = await link();
    const answer = line.send<string>("PING");
    const until = performance.now() + 2_300;
    while (performance.now() < until); // a long step, or a machine that gives us no time
    expect(await answer).toBe("PONG");
  });

  it("a request to whoever is gone fails at once, and not after two seconds", async () => {
    const presence = new ClusterPresence(redis.url);
    const answer = new Promise((done) => void presence.subscribe("ipc:7", done));
    await pause(100);
    const askedAt = performance.now();
    await presence.publish("p:nobody", ["healthcheck", "7", []]);
    expect(await answer).toEqual([1, "ipc_timeout"]);
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    presence.shutdown();
  });

  describe("heartbeats", () => {
    async function member(processId: string) {
      const swept: number[] = [];
      const deaths: string[] = [];
      let clock = 0;
      const members: Heartbeats = openHeartbeats(await link(), {
        processId,
        log: testLog,
        load: () => load,
        onSwept: async (frozenMs) => void swept.push(frozenMs),
        onDeath: async (dead: Member) => void deaths.push(dead.processId),
        onHeard: async () => {},
        now: () => clock,
        timers: false,
      });
      const beat = (ms = BEAT_MS) => {
        clock += ms;
        return members.beat();
      };
      return { members, beat, swept, deaths };
    }
    const names = ({ members }: { members: Heartbeats }) =>
      members
        .living()
        .map(({ processId }) => processId)
        .sort();

    it("whoever has none is dead to those who were steady all the while; it hears of it when it wakes", async () => {
      const [ann, bob] = [await member("ann"), await member("bob")];
      await ann.beat();
      await bob.beat();
      await ann.beat();
      expect(names(ann)).toEqual(["ann", "bob"]);
      await pause(DEAD_MS + 100);
      // Ann was away herself for all she knows: she buries nobody.
      await ann.beat(0);
      expect(names(ann)).toContain("bob");
      // Three more beats without a break: now she knows.
      for (let n = 0; n < 4; n++) await ann.beat();
      expect(names(ann)).toEqual(["ann"]);
      expect(ann.members.isDead("bob")).toBe(true);
      expect(ann.deaths).toContain("bob");
      await expect
        .poll(async () => {
          await bob.beat(DEAD_MS);
          return bob.swept.length;
        })
        .toBe(1);
      await ann.beat();
      expect(ann.members.isDead("bob")).toBe(false);
      await bob.members.leave();
      await ann.beat();
      expect(names(ann)).toEqual(["ann"]);
      expect(ann.members.isDead("bob")).toBe(false);
    });
  });
});

describe("placement", () => {
  const member = (processId: string, more: Partial<Load> = {}): Member => ({ processId, ...load, ...more });

  it("takes the process with most room, by whichever it has least of", () => {
    const { choose } = openPlacement();
    expect(choose([member("full", { players: 900 }), member("free", { players: 300 })])).toBe("free");
    expect(choose([member("busy", { busy: 0.7 }), member("calm", { busy: 0.2 })])).toBe("calm");
    expect(choose([member("tight", { memory: 0.8 }), member("roomy", { memory: 0.2 })])).toBe("roomy");
  });

  it("passes over those who take no rooms, and spreads a burst that no heartbeat has told of yet", () => {
    const { choose } = openPlacement();
    const living = [member("a"), member("b"), member("c", { closed: true })];
    const placed = Array.from({ length: 6 }, () => choose(living));
    expect(placed.filter((id) => id === "a")).toHaveLength(3);
    expect(placed.filter((id) => id === "b")).toHaveLength(3);
    expect(choose([])).toBeUndefined();
  });
});
