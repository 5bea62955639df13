import { randomBytes, randomUUID } from "node:crypto";
import { t } from "@colyseus/schema";
import { WorldRoom } from "roomkeep/rooms";
import { Actor, defineLevel, Prop, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createSnapshotCodec } from "../../../server/persistence/snapshot-codec.ts";
import { openZones, type Zones } from "../../../server/persistence/zones.ts";
import { describeOnEachDatabase, newPostgresDatabase, testLog } from "../../helpers/databases.ts";

const Herb = Actor.extend({ picked: t.uint8().default(0) }, "ZoneHerb");
type Herb = InstanceType<typeof Herb>;
const GroveState = WorldState.extend({ day: t.uint16().default(0) }, "ZoneState");
type GroveState = InstanceType<typeof GroveState>;

const grove = defineLevel({
  name: "grove",
  bounds: { min: [-20, -20], max: [20, 20] },
  spawns: [{ at: [0, 0, 0], radius: 2 }],
  loose: [{ kind: "crate", at: [4, 0.5, 0], size: 0.5 }],
});

class GroveRoom extends WorldRoom<GroveState> {
  static override readonly listing = { label: "Grove", description: "Kept.", maxPlayers: 8 };
  override state = new GroveState();
  override level = grove;
  override zone = "grove";
  override persistent = true;
  began = 0;

  protected override onBegin(): void {
    this.began += 1;
    for (let i = 0; i < 3; i++) this.world.spawn(new Herb({ kind: "herb", x: i }));
  }
}

class NewerGroveRoom extends GroveRoom {
  override zoneFormat = {
    version: 2,
    upgrades: {
      1: (old: Record<string, unknown>) => {
        const { data } = old as { data: { state: { day: number } } };
        data.state.day += 1000;
      },
    },
  };
}

const seal = createSnapshotCodec();
const key = randomBytes(32).toString("hex");

describeOnEachDatabase("a persistent zone", (open) => {
  let ds: Awaited<ReturnType<typeof open>>["ds"];
  beforeAll(async () => {
    ({ ds } = await open());
  });
  const opened: Zones[] = [];
  afterEach(async () => {
    for (const zones of opened.splice(0)) await zones.close();
  });
  async function process(options: Partial<Parameters<typeof openZones>[1]> = {}): Promise<Zones> {
    let clock = 0;
    const zones = await openZones(ds, {
      incarnation: randomUUID(),
      log: testLog,
      seal,
      timers: false,
      now: () => clock,
      wait: async (ms) => {
        clock += ms;
      },
      ...options,
    });
    opened.push(zones);
    return zones;
  }
  const at = { roomId: "grove-1" };

  test("is had by one room; another is told where it is, and nothing is written", async () => {
    const [first, second] = [await process(), await process()];
    const claim = await first.claim("one", at);
    expect(claim).toMatchObject({ zone: "one", epoch: 1, saved: undefined });
    await expect(second.claim("one", { roomId: "other" })).rejects.toMatchObject({
      code: "ZONE_CLAIMED",
      message: expect.stringContaining("grove-1"),
    });
    expect(await first.save(claim, "{}")).toBe("saved");
  });

  test("of ten processes at the same moment, one gets it", async () => {
    const racers = await Promise.all(Array.from({ length: 10 }, () => process()));
    const outcomes = await Promise.allSettled(racers.map((racer) => racer.claim("race", at)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("is saved, given up, and there again for the next, as it was", async () => {
    const [first, second] = [await process(), await process()];
    const claim = await first.claim("two", at);
    await first.save(claim, '{"a":1}');
    expect(await first.release(claim, '{"a":2}')).toBe("saved");
    const again = await second.claim("two", at);
    expect(again).toMatchObject({ epoch: 2, saved: { content: '{"a":2}', version: 2 } });
  });

  test("is fenced once its lease ran out and another has it: a late save changes nothing", async () => {
    const [first, second] = [await process(), await process()];
    const lost: string[] = [];
    first.onFenced((zone, epoch) => lost.push(`${zone} ${epoch}`));
    const claim = await first.claim("three", at);
    await first.save(claim, '"old"');
    await ds.query("UPDATE zone_lease SET lease_until = now() - interval '1 s' WHERE key = 'three'");
    const next = await second.claim("three", at);
    await second.save(next, '"new"');
    expect(await first.save(claim, '"late"')).toBe("fenced");
    expect(await first.release(claim, '"later"')).toBe("fenced");
    expect(lost).toEqual(["three 1"]);
    expect((await savedOf("three")).content).toBe('"new"');
  });

  test("of a process that renews stays its own; one that does not renew fences itself in time", async () => {
    let clock = 0;
    const first = await process({ now: () => clock });
    const lost: string[] = [];
    first.onFenced((zone) => lost.push(zone));
    await first.claim("four", at);
    clock += 6000;
    await first.leases.renew();
    clock += 6000;
    first.leases.watch();
    expect(lost).toEqual([]);
    clock += 2000;
    first.leases.watch();
    expect(lost).toEqual(["four"]);
  });

  test.each([
    ["damaged", () => Buffer.from("RKSL nonsense"), "SNAPSHOT_CORRUPT"],
    [
      "sealed with a foreign key",
      () => createSnapshotCodec({ keys: [key] }).seal("{}"),
      "SNAPSHOT_FOREIGN_KEY",
    ],
    [
      "of a newer format",
      () => {
        const bytes = createSnapshotCodec().seal("{}");
        bytes[4] = 9;
        return bytes;
      },
      "SNAPSHOT_NEWER",
    ],
  ])("that is %s is kept aside whole, reported, and begun anew", async (name, make, code) => {
    const zones = await process();
    const bytes = make();
    await ds.query("INSERT INTO zone_save (key, snapshot, version) VALUES ($1, $2, 7)", [name, bytes]);
    const claim = await zones.claim(name, at);
    expect(claim.saved).toBeUndefined();
    const [aside] = await ds.query("SELECT * FROM zone_quarantine WHERE key = $1", [name]);
    expect(aside).toMatchObject({ version: 7, reason: expect.stringContaining(code) });
    expect(Buffer.compare(aside.snapshot, bytes)).toBe(0);
    await zones.save(claim, "{}");
    expect((await savedOf(name)).version).toBe(1);
  });

  test("is encrypted where there is a key", async () => {
    const zones = await process({ seal: createSnapshotCodec({ keys: [key] }) });
    const claim = await zones.claim("dark", at);
    await zones.save(claim, '"treasure at 3, 4"');
    const [row] = await ds.query("SELECT snapshot FROM zone_save WHERE key = 'dark'");
    expect(row.snapshot.includes("treasure")).toBe(false);
    expect(() => seal.open(row.snapshot)).toThrow(expect.objectContaining({ code: "SNAPSHOT_FOREIGN_KEY" }));
    expect(
      createSnapshotCodec({ keys: [key] })
        .open(row.snapshot)
        .toString(),
    ).toContain("treasure");
  });

  async function savedOf(zone: string): Promise<{ content: string; version: number }> {
    const [row] = await ds.query("SELECT snapshot, version FROM zone_save WHERE key = $1", [zone]);
    return { content: seal.open(row.snapshot).toString(), version: row.version };
  }
});

describe("the room of a persistent zone", () => {
  let database: Awaited<ReturnType<typeof newPostgresDatabase>>;
  let world: TestServer | undefined;
  beforeAll(async () => {
    database = await newPostgresDatabase();
  });
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });
  afterAll(() => database.close());
  const boot = async (Room: typeof GroveRoom = GroveRoom, env: Record<string, string> = {}) => {
    world = await bootServer({ grove: Room }, { env: { DATABASE_URL: database.url, ...env } });
    return world;
  };
  const herbs = (room: GroveRoom) =>
    [...room.world.query({ is: Herb })].map(({ x, picked }: Herb) => [x, picked]);

  test("begins once, is saved when the last leaves, and is the same when somebody comes to another process", async () => {
    const first = await boot();
    const ann = await first.join("grove", { name: "Ann" });
    const room = first.room<GroveRoom>(ann.room.roomId);
    expect(room.began).toBe(1);
    room.state.day = 12;
    for (const herb of room.world.query({ is: Herb })) herb.picked = 3;
    room.world.despawn("herb-1");
    const crate = room.world.spawn(new Prop({ kind: "crate", x: 7, y: 5, size: 0.4 }), "mine");
    await ann.until("the crate to rest", () => (ann.room.state.actors.get("mine")?.y ?? 9) < 0.5);
    await ann.until(
      "the crate to sleep",
      () => room.simulation.space?.loose.get("mine")?.body.sleepState === 2,
    );
    const hash = room.simulation.space?.loose.get("mine")?.body.position.toArray();
    await ann.leave();
    await first.close();
    expect(crate.x).toBeCloseTo(7, 1);

    const second = await boot();
    const bob = await second.join("grove", { name: "Bob" });
    const again = second.room<GroveRoom>(bob.room.roomId);
    expect(again.began).toBe(0);
    expect(again.state.day).toBe(12);
    expect(herbs(again)).toEqual([
      [1, 3],
      [2, 3],
    ]);
    expect(again.simulation.space?.loose.get("mine")?.body.position.toArray()).toEqual(hash);
    expect(
      [...again.world.query()].map((actor) => actor.kind).filter((kind) => kind === "avatar"),
    ).toHaveLength(1);
    // A second room of the zone is refused by name, and the first goes on.
    await expect(second.join("grove", { name: "Cy", create: true })).rejects.toThrow(/ZONE_CLAIMED/);
    await bob.patches(1);
  });

  test("is saved while it changes, and not while it does not", async () => {
    const server = await boot(GroveRoom, { ROOMKEEP_ZONE_SAVE_MS: "200" });
    const ann = await server.join("grove", { name: "Ann" });
    const room = server.room<GroveRoom>(ann.room.roomId);
    const { ds } = server.server.foundation.database;
    const version = async () =>
      (await ds.query("SELECT version FROM zone_save WHERE key = 'grove'"))[0].version as number;
    const quiet = await version();
    const since = room.simulation.tick;
    await ann.until("twenty ticks", () => room.simulation.tick > since + 20);
    expect(await version()).toBe(quiet);
    room.state.day += 1;
    const then = room.simulation.tick;
    await ann.until("ten ticks", () => room.simulation.tick > then + 10);
    expect(await version()).toBe(quiet + 1);
  });

  test("upgrades what an older version of the game saved", async () => {
    const server = await boot(NewerGroveRoom);
    const ann = await server.join("grove", { name: "Ann" });
    expect(server.room<GroveRoom>(ann.room.roomId).state.day).toBe(1013);
  });

  test("of an older game than the save puts it aside and begins anew", async () => {
    const server = await boot();
    const ann = await server.join("grove", { name: "Ann" });
    expect(server.room<GroveRoom>(ann.room.roomId)).toMatchObject({ began: 1 });
    const { ds } = server.server.foundation.database;
    const [aside] = await ds.query("SELECT reason FROM zone_quarantine WHERE key = 'grove'");
    expect(aside.reason).toContain("SNAPSHOT_NEWER");
  });

  test.each(["startClock", "onOpen"] as const)("is free for the next when %s fails", async (step) => {
    let broken = true;
    const fail = (at: typeof step) => {
      if (broken && at === step) throw new Error("This room does not open.");
    };
    class BrokenRoom extends GroveRoom {
      override zone = `broken by ${step}`;
      protected override startClock(): void {
        fail("startClock");
        super.startClock();
      }
      protected override onOpen(): void {
        fail("onOpen");
      }
    }
    const server = await boot(BrokenRoom);
    await expect(server.join("grove", { name: "Ann" })).rejects.toThrow();
    broken = false;
    const bob = await server.join("grove", { name: "Bob" });
    expect(server.room<GroveRoom>(bob.room.roomId).began).toBe(1);
  });

  test("closes unsaved when it is fenced, and its players are saved", async () => {
    const server = await boot();
    const ann = await server.join("grove", { name: "Ann" });
    const room = server.room<GroveRoom>(ann.room.roomId);
    room.state.day = 77;
    const closed = new Promise((resolve) => ann.room.onLeave(resolve));
    ann.room.reconnection.enabled = false;
    const { ds } = server.server.foundation.database;
    await ds.query("UPDATE zone_lease SET epoch = epoch + 1, owner = 'other' WHERE key = 'grove'");
    await server.server.foundation.zones.leases.renew();
    await closed;
    const [row] = await ds.query("SELECT snapshot FROM zone_save WHERE key = 'grove'");
    expect(seal.open(row.snapshot).toString()).not.toContain('"day":77');
    await ds.query("UPDATE zone_lease SET owner = NULL WHERE key = 'grove'");
  });
});
