import { execFileSync } from "node:child_process";
import { type IRoomCache, initializeRoomCache } from "@colyseus/core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  BEAT_MS,
  DEAD_MS,
  type Heartbeats,
  openHeartbeats,
  STALLED_MS,
  SUSPECT_MS,
} from "../../server/cluster/heartbeats.ts";
import type { Liveness, Load, Member } from "../../server/cluster/member.ts";
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
const room = (roomId: string, more: Partial<IRoomCache> = {}) =>
  initializeRoomCache({ roomId, name: "plaza", processId: "a", maxClients: 8, ...more });
const open = { name: "plaza", locked: false, private: false };

/** A long step, or a machine that gives us no time: longer than an answer of Redis may take. */
function stall(): void {
  const until = performance.now() + 2_300;
  while (performance.now() < until);
}

describeWithRedis("the rooms and processes of a cluster", (openRedis) => {
  let redis: TestRedis;
  const links: RedisClient[] = [];
  const link = async (prefix = "") => {
    const one = await openRedisClient(redis.url, { prefix });
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
      const known: Record<string, Liveness> = { dead: "dead", stalled: "stalled" };
      const mine = new RoomDriver(await link());
      const theirs = new RoomDriver(await link(), { livenessOf: (id) => known[id] ?? "living" });
      const rooms = [
        room("A1", { clients: 1 }),
        room("A2", { clients: 3 }),
        room("A3", { clients: 7, locked: true }),
        room("A4", { clients: 7, private: true }),
        room("A5", { clients: 7, processId: "dead" }),
        room("A6", { clients: 7, processId: "stalled" }),
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
      // By its id: for those who are in it, and wait.
      expect(await theirs.has("A6")).toBe(true);
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
      await listing.persist(bare, true);
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

    it("leaves a room to the process that has opened it anew, while its own one stood still", async () => {
      const [first, next] = [
        new RoomDriver(await link("deployment:")),
        new RoomDriver(await link("deployment:")),
      ];
      await first.persist(room("CODE", { processId: "a" }), true);
      await next.cleanup("a"); // it counts as dead
      expect(await next.insert(room("CODE", { processId: "b" }))).toBe(true);
      // It wakes: it has players who leave, and lists its rooms.
      const own = room("CODE", { processId: "a", clients: 3 });
      await first.update(own, { $set: { clients: 2 } });
      const hostOf = async () => (await next.findOne({ name: "plaza" })).processId;
      expect(await hostOf()).toBe("b");
      expect(await first.tellMissed(true)).toEqual(["CODE"]);
      expect(await hostOf()).toBe("b");
      await first.remove("CODE");
      expect(await hostOf()).toBe("b");
      await next.remove("CODE");
      expect(await next.has("CODE")).toBe(false);
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
      await expect.poll(() => listing.has("OVER").catch(() => false)).toBe(true);
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
    await new Promise((sent) => setImmediate(sent)); // the client writes in the next turn
    stall();
    // Redis answers one after the other: this one has answered, which nobody has read.
    const { hostname, port } = new URL(redis.url);
    const ask = `const s = require("net").connect(${port}, "${hostname}", () => s.write("PING\\r\\n")); s.once("data", () => process.exit())`;
    execFileSync(process.execPath, ["-e", ask]);
    expect(await answer).toBe("PONG");
  });

  it("a question that was to be sent when the process stalled has time for its answer", async () => {
    // The answer takes longer than what an answer that waits already may take to be read.
    const front = await openProxy(Number(new URL(redis.url).port), 100);
    const line = await openRedisClient(redis.url.replace(/:\d+/, `:${front.port}`));
    onTestFinished(async () => {
      line.close();
      await front.close();
    });
    const answer = line.send<number>("EXISTS", "nothing");
    stall();
    expect(await answer).toBe(0);
  });

  it("a request to whoever is gone is answered by the presence itself", async () => {
    const presence = new ClusterPresence(redis.url);
    let answered: (answer: unknown) => void = () => {};
    const answer = new Promise((done) => {
      answered = done;
    });
    await presence.subscribe("ipc:7", (said: unknown) => answered(said));
    // Nobody else would ever answer this one.
    await presence.publish("p:nobody", ["healthcheck", "7", []]);
    expect(await answer).toEqual([1, "ipc_timeout"]);
    presence.shutdown();
  });

  describe("heartbeats", () => {
    async function member(processId: string) {
      const swept: number[] = [];
      /** Processes that have certainly died, as far as this one can find out. */
      const gone = new Set<string>();
      const asked: string[] = [];
      let clock = 0;
      const line = await link();
      const members: Heartbeats = openHeartbeats(line, {
        processId,
        log: testLog,
        load: () => load,
        onSwept: async (frozenMs) => void swept.push(frozenMs),
        isGone: async (silent: Member) => {
          asked.push(silent.processId);
          return gone.has(silent.processId);
        },
        onHeard: async () => {},
        now: () => clock,
        timers: false,
      });
      const beat = (ms = BEAT_MS) => {
        clock += ms;
        return members.beat();
      };
      /** Lets so much time pass, by Redis's clock, since the last heartbeat. */
      const silence = (ms: number) => line.send("ZINCRBY", "roomkeep:beats", String(-ms), processId);
      const isListed = async () => (await line.send("ZSCORE", "roomkeep:beats", processId)) !== null;
      return { members, beat, swept, asked, gone, silence, isListed };
    }
    const names = ({ members }: { members: Heartbeats }) =>
      members
        .living()
        .map(({ processId }) => processId)
        .sort();

    /** One who was steady all the while, and another whose heartbeat has just come. */
    async function steadyAnnAndBob() {
      const [ann, bob] = [await member("ann"), await member("bob")];
      for (let n = 0; n < 4; n++) await ann.beat();
      await bob.beat();
      await ann.beat();
      expect(names(ann)).toEqual(["ann", "bob"]);
      return { ann, bob, leave: () => Promise.all([ann, bob].map(({ members }) => members.leave())) };
    }

    it("one that has certainly died is off the list at the next beat after a second and a half", async () => {
      const { ann, bob, leave } = await steadyAnnAndBob();
      ann.gone.add("bob");
      const hour = 3_600_000;
      await bob.silence(-hour);
      await ann.beat();
      expect([ann.asked, await bob.isListed()]).toEqual([[], true]);
      await bob.silence(hour + SUSPECT_MS);
      await ann.beat();
      await expect.poll(() => ann.members.livenessOf("bob")).toBe("dead");
      expect([names(ann), await bob.isListed()]).toEqual([["ann"], false]);
      await leave();
    });

    it("one that stands still is passed over by new players, and keeps its rooms for seven seconds", async () => {
      const { ann, bob, leave } = await steadyAnnAndBob();
      await bob.silence(STALLED_MS);
      await ann.beat();
      expect([ann.members.livenessOf("bob"), names(ann)]).toEqual(["stalled", ["ann"]]);
      await expect.poll(() => ann.asked).toEqual(["bob"]);
      expect(await bob.isListed()).toBe(true);
      // It goes on, and is on the list: its rooms stay.
      await bob.beat(DEAD_MS - BEAT_MS);
      await ann.beat();
      expect([ann.members.livenessOf("bob"), names(ann)]).toEqual(["living", ["ann", "bob"]]);
      expect(bob.swept).toEqual([]);
      await bob.silence(DEAD_MS);
      await ann.beat();
      await expect.poll(() => ann.members.livenessOf("bob")).toBe("dead");
      expect(await bob.isListed()).toBe(false);
      await leave();
    });

    it("whoever has none is dead to those who were steady all the while; it hears of it when it wakes", async () => {
      const [ann, bob] = [await member("ann"), await member("bob")];
      await ann.beat();
      await bob.beat();
      await ann.beat();
      expect(names(ann)).toEqual(["ann", "bob"]);
      await bob.silence(DEAD_MS);
      // Ann was away herself for all she knows: she buries nobody.
      await ann.beat(0);
      expect(names(ann)).toContain("bob");
      // Three more beats without a break: now she knows.
      for (let n = 0; n < 4; n++) await ann.beat();
      await expect.poll(() => ann.members.livenessOf("bob")).toBe("dead");
      expect(names(ann)).toEqual(["ann"]);
      await bob.beat(DEAD_MS);
      expect(bob.swept).toEqual([DEAD_MS]);
      await ann.beat();
      expect(ann.members.livenessOf("bob")).toBe("living");
      await bob.members.leave();
      await ann.beat();
      expect(names(ann)).toEqual(["ann"]);
      expect(ann.members.livenessOf("bob")).toBe("living");
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
