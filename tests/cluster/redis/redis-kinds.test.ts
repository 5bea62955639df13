import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { ClusterPresence } from "../../../server/cluster/presence.ts";
import { openRedisClient } from "../../../server/cluster/redis/redis-client.ts";
import { unsuitable } from "../../../server/cluster/redis/redis-suitability.ts";
import { openRedis } from "../../../server/cluster/redis.ts";
import { RoomDriver } from "../../../server/cluster/room-driver.ts";
import { openProxy } from "../../helpers/cuttable-proxy.ts";
import { describeWithRedis, startPrivate, type TestRedis } from "../../helpers/redis.ts";

const portOf = ({ url }: TestRedis) => Number(new URL(url).port);
const withUser = ({ url }: TestRedis, user: string) => url.replace("//", `//${user}@`);

describeWithRedis("what may stand at REDIS_URL", (openPrivate) => {
  const opened: TestRedis[] = [];
  const start = async (...options: string[]) => {
    const one = await startPrivate(options);
    opened.push(one);
    return one;
  };
  let plain: TestRedis;
  beforeAll(async () => {
    plain = await openPrivate();
    opened.push(plain);
  });
  afterAll(() => Promise.all(opened.map((one) => one.close())));

  describe("is told apart", () => {
    const refused = async (url: string, text: RegExp) => {
      const error = await openRedisClient(url).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error).toMatchObject({ code: "REDIS_UNSUITABLE", message: expect.stringMatching(text) });
      expect(error?.message).not.toContain("hush");
    };

    it("a Sentinel, a node of a Redis Cluster, a replica", async () => {
      await refused((await start("--sentinel")).url, /is a Sentinel.*primary/);
      await refused((await start("--cluster-enabled", "yes")).url, /Redis Cluster.*one Redis/);
      await refused((await start("--replicaof", "127.0.0.1", String(portOf(plain)))).url, /is a replica/);
    });

    it("a password that is missing, wrong, or not asked for, and a database that there is none", async () => {
      const locked = await start("--requirepass", "right");
      await refused(locked.url, /asks for a password/);
      await refused(withUser(locked, ":hush-hush"), /refuses the user or the password/);
      await refused(`${plain.url}/77`, /no database of the number/);
      const link = await openRedisClient(withUser(locked, ":right"));
      expect(await link.send("PING")).toBe("PONG");
      link.close();
    });

    it("an old version; one that says nothing of itself is taken", () => {
      expect(unsuitable("redis_version:5.0.14\r\nrole:master\r\n")).toMatch(/6 or newer/);
      expect(unsuitable("redis_version:6.0.0\r\nredis_mode:standalone\r\nrole:master\r\n")).toBeUndefined();
      expect(unsuitable("")).toBeUndefined();
    });
  });

  describe("has become a replica under an address that leads to another primary by now", () => {
    it("all connections go to that one by themselves: writes, and what is published", async () => {
      const [first, second] = [await start(), await start()];
      const way = await openProxy(portOf(first));
      const shared = await openRedis(`redis://127.0.0.1:${way.port}`, "mine:");
      const direct = await openRedisClient(second.url);
      onTestFinished(async () => {
        await shared.close();
        direct.close();
        await way.close();
      });
      const heard: unknown[] = [];
      await shared.presence.subscribe("topic", (message: unknown) => heard.push(message));
      await shared.presence.set("before", "1");
      const old = await openRedisClient(first.url);
      await old.send("REPLICAOF", "127.0.0.1", String(portOf(second)));
      way.lead(portOf(second));
      // The first that writes is told, and asks again a little later; what Colyseus writes waits by itself.
      await expect(shared.link.send("SET", "mine:key", "1")).rejects.toThrow(
        /takes no writes: it is a replica/,
      );
      await expect.poll(() => shared.link.send("SET", "mine:key", "1").catch(() => "no")).toBe("OK");
      await shared.presence.sadd("set", "one");
      expect(await direct.send("SMEMBERS", "mine:set")).toEqual(["one"]);
      await expect.poll(() => shared.presence.listeners("topic")).toBe(1);
      await shared.presence.publish("topic", "still there");
      await expect.poll(() => heard).toEqual(["still there"]);
      expect(await direct.send("PUBSUB", "CHANNELS", "*topic")).toEqual(["mine:topic"]);
      old.close();
    });
  });

  describe("a primary that died, whose Sentinel makes a replica the primary", () => {
    it("is followed by all connections once the address leads to the new one", async () => {
      const SLOW = { timeout: 60_000 };
      const first = await start();
      const second = await start("--replicaof", "127.0.0.1", String(portOf(first)));
      const sentinel = await plainClient((await start("--sentinel")).url);
      const ask = (...words: string[]) => sentinel.sendCommand<unknown>(["SENTINEL", ...words]);
      await ask("MONITOR", "ours", "127.0.0.1", String(portOf(first)), "1");
      await ask("SET", "ours", "down-after-milliseconds", "500");
      const way = await openProxy(portOf(first));
      const shared = await openRedis(`redis://127.0.0.1:${way.port}`, "mine:");
      onTestFinished(async () => {
        await shared.close();
        await way.close();
        await sentinel.close();
      });
      const heard: unknown[] = [];
      await shared.presence.subscribe("topic", (message: unknown) => heard.push(message));
      await shared.presence.set("before", "1");
      await expect.poll(async () => ((await ask("REPLICAS", "ours")) as unknown[]).length, SLOW).toBe(1);
      const replica = await plainClient(second.url);
      onTestFinished(() => replica.close());
      await expect.poll(() => replica.get("mine:before"), SLOW).toBe("1");

      process.kill(first.pid as number, "SIGKILL");
      // As the address follows the Sentinel: a name, a proxy, a service of the cloud.
      const now = () => ask("GET-MASTER-ADDR-BY-NAME", "ours");
      await expect.poll(now, SLOW).toEqual(["127.0.0.1", String(portOf(second))]);
      way.lead(portOf(second));
      await expect.poll(() => shared.link.send("SET", "mine:key", "1").catch(() => "no"), SLOW).toBe("OK");
      expect(await shared.presence.get("before")).toBe("1");
      await expect.poll(() => shared.presence.listeners("topic"), SLOW).toBe(1);
      await shared.presence.publish("topic", "still there");
      await expect.poll(() => heard, SLOW).toEqual(["still there"]);
    });
  });

  describe("the presence", () => {
    const open = (prefix = "") => {
      const presence = new ClusterPresence(plain.url, prefix);
      onTestFinished(() => presence.shutdown());
      return presence;
    };

    it("throws what Redis refuses, in each of its writes", async () => {
      const presence = open("throws:");
      await presence.hset("hash", "field", "1");
      await presence.set("text", "none");
      const wrong = /WRONGTYPE|not an integer|syntax|out of range|invalid expire/i;
      await expect(presence.sadd("hash", "one")).rejects.toThrow(wrong);
      await expect(presence.hset("text", "field", "1")).rejects.toThrow(wrong);
      await expect(presence.hincrbyex("text", "field", 1, 5)).rejects.toThrow(wrong);
      await expect(presence.setex("text", "value", 0)).rejects.toThrow(wrong);
      await expect(presence.expire("text", "soon" as never)).rejects.toThrow(wrong);
      await expect(presence.del([] as never)).rejects.toThrow(/wrong number of arguments/);
      const locked = await start("--maxmemory", "1", "--maxmemory-policy", "noeviction");
      const full = new ClusterPresence(locked.url);
      onTestFinished(() => full.shutdown());
      // What is refused for now waits until it is taken.
      const waits = full.set("key", "value");
      const admin = await openRedisClient(locked.url);
      await expect.poll(async () => /rejected_calls=[1-9]/.test(await stats(admin, "set"))).toBe(true);
      await admin.send("CONFIG", "SET", "maxmemory", "0");
      expect(await waits).toBe("OK");
      admin.close();
    });

    it("ends no process by a count of rooms that Redis refuses, for which Colyseus does not wait", async () => {
      const presence = open("unheard:");
      await presence.set("roomcount", "of another program");
      const unheard = vi.fn();
      process.on("unhandledRejection", unheard);
      onTestFinished(() => void process.off("unhandledRejection", unheard));
      void presence.hset("roomcount", "process", "1,0");
      // Answered after it, on the same connection.
      await presence.get("roomcount");
      await new Promise((done) => setImmediate(done));
      expect(unheard).not.toHaveBeenCalled();
    });

    it("keeps two deployments apart, keys and channels", async () => {
      const [one, other, bare] = [open("one:"), open("other:"), open()];
      const heard: string[] = [];
      await one.subscribe("topic", (text: string) => heard.push(`one ${text}`));
      await other.subscribe("topic", (text: string) => heard.push(`other ${text}`));
      await one.set("key", "1");
      expect(await other.exists("key")).toBe(false);
      expect(await bare.get("one:key")).toBe("1");
      await one.publish("topic", "hello");
      await expect.poll(() => heard).toEqual(["one hello"]);
      expect(await one.channels("to*")).toEqual(["topic"]);
      expect([await one.listeners("topic"), await bare.listeners("topic")]).toEqual([1, 0]);
      await one.lpush("list", "value");
      expect(await one.brpop("list", 1)).toEqual(["list", "value"]);
      await one.unsubscribe("topic");
      expect(await one.channels()).toEqual([]);
      const [mine, theirs] = await Promise.all(
        ["one:", "other:"].map(
          async (prefix) => new RoomDriver(await openRedisClient(plain.url, { prefix })),
        ),
      );
      onTestFinished(() => [mine, theirs].forEach((driver) => void driver?.shutdown()));
      await mine?.persist({ roomId: "ABCD", name: "plaza", processId: "p", clients: 0 } as never, true);
      expect([await mine?.has("ABCD"), await theirs?.has("ABCD")]).toEqual([true, false]);
    });
  });
});

const plainClient = (url: string) =>
  createClient({ url })
    .on("error", () => {})
    .connect();
const stats = async (link: Awaited<ReturnType<typeof openRedisClient>>, command: string) =>
  new RegExp(`^cmdstat_${command}:.*$`, "m").exec(await link.send<string>("INFO", "commandstats"))?.[0] ?? "";
