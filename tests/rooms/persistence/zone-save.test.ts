import { randomBytes, randomUUID } from "node:crypto";
import { t } from "@colyseus/schema";
import { WorldRoom } from "roomkeep/rooms";
import { Actor, defineLevel, Prop, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ZoneSaved } from "../../../rooms/ports/zones.ts";
import { createSnapshotCodec } from "../../../server/persistence/snapshot-codec.ts";
import {
  listQuarantine,
  restoreQuarantined,
  setZoneAside,
} from "../../../server/persistence/zone-quarantine.ts";
import { openZones, type Zones } from "../../../server/persistence/zones.ts";
import { describeOnEachDatabase, newPostgresDatabase, testLog } from "../../helpers/databases.ts";

const Herb = Actor.extend({ picked: t.uint8().default(0) }, "ZoneHerb");
type Herb = InstanceType<typeof Herb>;
/** Of which a new one is no better. */
const Bare = Actor.extend({ weight: t.float32().default(Number.NaN) }, "ZoneBare");
const GroveState = WorldState.extend(
  { day: t.uint16().default(0), heat: t.float32().default(20) },
  "ZoneState",
);
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
  static override readonly level = grove;
  override zone = "grove";
  override persistent = true;
  began = 0;

  protected override onBegin(): void {
    this.began += 1;
    for (let i = 0; i < 3; i++) this.world.spawn(new Herb({ kind: "herb", x: i }));
  }
}

/** A grove that keeps what its log is told of what was put right. */
class ToldGroveRoom extends GroveRoom {
  readonly told: object[] = [];
  refused = 0;

  protected override openParts(around: Parameters<GroveRoom["openParts"]>[0]): void {
    const error = (fields: object, text: string) => {
      if (text.includes("not finite")) this.told.push(fields);
      if (text.includes("not saved")) this.refused += 1;
    };
    super.openParts({ ...around, log: Object.assign(Object.create(around.log), { error }) });
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
  const at = { roomId: "grove-1", open: () => {} };
  /** Claims a zone, and what its room would have made a world of. */
  async function openIn(zones: Zones, zone: string) {
    let saved: ZoneSaved | undefined;
    const open = (world: ZoneSaved) => {
      saved = world;
    };
    return { ...(await zones.claim(zone, { roomId: "grove-1", open })), saved };
  }

  test("is had by one room; another is told where it is, and nothing is written", async () => {
    const [first, second] = [await process(), await process()];
    const claim = await openIn(first, "one");
    expect(claim).toMatchObject({ zone: "one", epoch: 1, saved: undefined });
    await expect(second.claim("one", { ...at, roomId: "other" })).rejects.toMatchObject({
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
    const again = await openIn(second, "two");
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
    clock += 3000;
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
  ])("that is %s refuses to open, by name, and is left as it is", async (name, make, code) => {
    const told: { zone?: string; code?: string; todo?: string }[] = [];
    const error = (line: object) => void told.push(line);
    const zones = await process({ log: { ...testLog, info() {}, warn() {}, error } });
    const bytes = make();
    await ds.query("INSERT INTO zone_save (key, snapshot, version) VALUES ($1, $2, 7)", [name, bytes]);
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(zones.claim(name, at)).rejects.toMatchObject({ code: "ZONE_SEALED", cause: { code } });
    }
    const [row] = await ds.query("SELECT snapshot, version FROM zone_save WHERE key = $1", [name]);
    expect([row.version, Buffer.compare(row.snapshot, bytes)]).toEqual([7, 0]);
    expect(await ds.query("SELECT 1 FROM zone_quarantine WHERE key = $1", [name])).toEqual([]);
    // Told once, not once for each who tries, with what to do.
    expect(told).toMatchObject([{ zone: name, code, todo: expect.stringContaining(`set-aside ${name}`) }]);
    expect(await zones.refused()).toEqual([{ zone: name, code }]);
    // It is free for a process that can open it.
    const [{ owner }] = await ds.query("SELECT owner FROM zone_lease WHERE key = $1", [name]);
    expect(owner).toBeNull();
  });

  test("that the room cannot make a world of refuses to open too, and opens once it can", async () => {
    const zones = await process();
    const first = await zones.claim("shape", at);
    await zones.release(first, '{"v":1}');
    const open = () => {
      throw new Error("no such field");
    };
    await expect(zones.claim("shape", { roomId: "x", open })).rejects.toMatchObject({ code: "ZONE_SEALED" });
    expect(await zones.refused()).toEqual([{ zone: "shape", code: "SNAPSHOT_CORRUPT" }]);
    expect((await openIn(zones, "shape")).saved).toMatchObject({ content: '{"v":1}', version: 1 });
    expect(await zones.refused()).toEqual([]);
  });

  test("sealed with a key is refused without it, and whole again with it", async () => {
    const [keyed, blind] = [await process({ seal: createSnapshotCodec({ keys: [key] }) }), await process()];
    await keyed.release(await keyed.claim("locked", at), '"treasure"');
    await expect(blind.claim("locked", at)).rejects.toMatchObject({ code: "ZONE_SEALED" });
    expect((await openIn(keyed, "locked")).saved).toMatchObject({ content: '"treasure"', version: 1 });
  });

  test("is set aside and restored by an operator: nothing is lost either way", async () => {
    const zones = await process();
    await zones.release(await zones.claim("moved", at), '"old"');
    const old = await setZoneAside(ds, "moved", "for a test");
    const anew = await openIn(zones, "moved");
    expect(anew.saved).toBeUndefined();
    await zones.release(anew, '"new"');
    const { zone, aside } = await restoreQuarantined(ds, old);
    expect(zone).toBe("moved");
    const back = await openIn(zones, "moved");
    expect(back.saved).toMatchObject({ content: '"old"', version: 2 });
    await zones.release(back, undefined);
    const left = (await listQuarantine(ds)).filter((one) => one.zone === "moved");
    expect(left).toMatchObject([{ id: aside, version: 1, reason: expect.stringContaining(old) }]);
    await restoreQuarantined(ds, aside ?? "");
    expect((await openIn(zones, "moved")).saved).toMatchObject({ content: '"new"', version: 3 });
  });

  test("that a room has is neither set aside nor replaced; what is not there is named", async () => {
    const zones = await process();
    await zones.release(await zones.claim("held", at), '"first"');
    const id = await setZoneAside(ds, "held", "for a test");
    const claim = await zones.claim("held", at);
    await zones.save(claim, '"second"');
    for (const act of [() => setZoneAside(ds, "held", ""), () => restoreQuarantined(ds, id)])
      await expect(act()).rejects.toMatchObject({ code: "ZONE_CLAIMED" });
    expect(await zones.save(claim, '"third"')).toBe("saved");
    expect((await savedOf("held")).content).toBe('"third"');
    expect((await listQuarantine(ds)).map((one) => one.id)).toContain(id);
    await expect(setZoneAside(ds, "nowhere", "")).rejects.toMatchObject({ code: "ZONE_UNKNOWN" });
    for (const unknown of ["nonsense", randomUUID()])
      await expect(restoreQuarantined(ds, unknown)).rejects.toMatchObject({ code: "ZONE_UNKNOWN" });
    expect(await ds.query("SELECT 1 FROM zone_lease WHERE key = 'nowhere'")).toEqual([]);
  });

  test("of a process that stands still is fenced by setting it aside: its late save changes nothing", async () => {
    const zones = await process();
    const claim = await zones.claim("frozen", at);
    await zones.save(claim, '"old"');
    await ds.query("UPDATE zone_lease SET lease_until = now() - interval '1 s' WHERE key = 'frozen'");
    await setZoneAside(ds, "frozen", "for a test");
    expect(await zones.save(claim, '"late"')).toBe("fenced");
    expect(await ds.query("SELECT 1 FROM zone_save WHERE key = 'frozen'")).toEqual([]);
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

  test("puts right what was saved in numbers that are not finite, and opens the rest as it was", async () => {
    const first = await boot();
    const ann = await first.join("grove", { name: "Ann" });
    const room = first.room<GroveRoom>(ann.room.roomId);
    const lost = room.world.get("herb-2") as Herb;
    Object.assign(lost, { x: Number.NaN, picked: 9 });
    room.world.spawn(new Herb({ kind: "herb", x: 5, yaw: Number.POSITIVE_INFINITY }), "turned");
    room.world.spawn(new Bare({ kind: "bare", weight: Number.NaN }), "bare");
    room.state.heat = Number.NaN;
    room.simulation.space?.loose.get("mine")?.body.velocity.set(Number.NaN, 0, 0);
    room.simulation.space?.loose.get("mine")?.home.set(Number.NaN, 0, 0);
    const version = room.simulation.world.size;
    await ann.leave();
    await first.close();

    const second = await boot(ToldGroveRoom);
    const bob = await second.join("grove", { name: "Bob" });
    const again = second.room<ToldGroveRoom>(bob.room.roomId);
    expect(again.began).toBe(0);
    expect(again.state).toMatchObject({ day: 13, heat: 20 });
    const found = again.world.get("herb-2") as Herb;
    expect(Math.hypot(found.x, found.y, found.z)).toBeLessThan(2);
    expect(found.picked).toBe(9);
    expect(again.world.get("turned")).toMatchObject({ x: 5, yaw: 0 });
    expect(again.world.get("bare")).toBeUndefined();
    expect(again.world.get("herb-3")).toMatchObject({ x: 2, picked: 3 });
    expect(again.world.size).toBe(version - 1);
    expect(again.simulation.space?.loose.get("mine")?.body.position.x).toBeCloseTo(7, 1);
    expect(again.told).toEqual([
      {
        zone: "grove",
        healed: 3,
        leftOut: 1,
        actors: expect.arrayContaining(["herb-2 ZoneHerb.x", "turned ZoneHerb.yaw", "bare ZoneBare.weight"]),
      },
    ]);
    await bob.leave();
    await second.close();
    // It was saved as it opened: there is nothing left to put right.
    const third = await boot(ToldGroveRoom);
    const cy = await third.join("grove", { name: "Cy" });
    expect(third.room<ToldGroveRoom>(cy.room.roomId).told).toEqual([]);
    third.room<ToldGroveRoom>(cy.room.roomId).world.despawn("turned");
    await cy.leave();
  });

  test("is not saved as no load would take it: the save before counts, and the zone is free", async () => {
    const first = await boot(ToldGroveRoom, { ROOMKEEP_ZONE_SAVE_MS: "100" });
    const ann = await first.join("grove", { name: "Ann" });
    const room = first.room<ToldGroveRoom>(ann.room.roomId);
    room.state.day = 99;
    room.world.nextId = Number.NaN;
    await ann.until("the refusals", () => room.refused > 1);
    await ann.leave();
    const again = await first.join("grove", { name: "Bob", create: true });
    expect(first.room<ToldGroveRoom>(again.room.roomId)).toMatchObject({ began: 0 });
    expect(first.room<ToldGroveRoom>(again.room.roomId).state.day).toBe(13);
    await again.leave();
  });

  test("upgrades what an older version of the game saved", async () => {
    const server = await boot(NewerGroveRoom);
    const ann = await server.join("grove", { name: "Ann" });
    expect(server.room<GroveRoom>(ann.room.roomId).state.day).toBe(1013);
  });

  test("of an older game than the save refuses to open, says so to operators, and is the same afterwards", async () => {
    const server = await boot(GroveRoom, { ROOMKEEP_ADMIN_PASSWORD: "correct-horse" });
    const { ds } = server.server.foundation.database;
    const read = async () =>
      (await ds.query("SELECT version, snapshot FROM zone_save WHERE key = 'grove'"))[0];
    const before = await read();
    await expect(server.join("grove", { name: "Ann" })).rejects.toThrow(/^ZONE_SEALED: This place is closed/);
    expect(await read()).toEqual(before);
    const ready = await fetch(`${server.url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      200,
      { zones: expect.stringMatching(/^1 refused/) },
    ]);
    const admin = `Basic ${Buffer.from("admin:correct-horse").toString("base64")}`;
    const metrics = await (
      await fetch(`${server.url}/metrics`, { headers: { authorization: admin } })
    ).text();
    expect(metrics).toContain('roomkeep_zones_refused{reason="SNAPSHOT_NEWER"} 1');
    await server.close();
    const newer = await boot(NewerGroveRoom);
    const ann = await newer.join("grove", { name: "Ann" });
    expect(newer.room<GroveRoom>(ann.room.roomId)).toMatchObject({ began: 0, state: { day: 1013 } });
    await newer.close();
    // Begun anew when an operator says so, while the server runs.
    const older = await boot();
    await expect(older.join("grove", { name: "Bob" })).rejects.toThrow(/^ZONE_SEALED/);
    await setZoneAside(older.server.foundation.database.ds, "grove", "for a test");
    const bob = await older.join("grove", { name: "Bob" });
    expect(older.room<GroveRoom>(bob.room.roomId).began).toBe(1);
    expect(await (await fetch(`${older.url}/ready`)).json()).not.toHaveProperty("zones");
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
