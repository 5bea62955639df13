import { t } from "@colyseus/schema";
import { defineSystem, type Player, type RoomContext, WorldRoom } from "roomkeep/rooms";
import { Actor, Avatar, defineEvent, own, Prop, type World, WorldState } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const Mote = Actor.extend({ age: t.uint16().default(0) }, "SystemsMote");
type Mote = InstanceType<typeof Mote>;
const Hero = Avatar.extend({ coins: own(t.uint32().default(0)) }, "SystemsHero");
type Hero = InstanceType<typeof Hero>;
const ThickState = WorldState.extend({ wind: t.uint8().default(0) }, "SystemsState");
type ThickState = InstanceType<typeof ThickState>;

const Whisper = defineEvent({ name: "whisper", schema: z.object({ text: z.string() }), to: "owner" });
const Crack = defineEvent({
  name: "crack",
  schema: z.object({ loud: z.number() }),
  to: "nearby",
  radiusM: 5,
  keep: true,
});
const Gong = defineEvent({ name: "gong", schema: z.object({}), to: "all" });
const Secret = defineEvent({ name: "secret", schema: z.object({}) });

const age = defineSystem<World, RoomContext<ThickState>>({
  name: "age",
  run: (world, { state }) => {
    state.wind = (state.wind + 1) % 200;
    world.query({ is: Mote }).each((mote) => {
      mote.age += 1;
    });
  },
});
const slow = defineSystem<World>({ name: "slow", hz: 2, run: (_, { dtS }) => void waits.push(dtS) });
const broken = defineSystem<World>({
  name: "broken",
  run: () => {
    throw new Error("broken system");
  },
});
const waits: number[] = [];

class SystemsRoom extends WorldRoom<ThickState, Hero> {
  static override readonly listing = { label: "Systems", description: "Runs them.", maxPlayers: 8 };
  override state = new ThickState();
  override zone = "systems";
  override systems = [slow, broken, age];
  heard: string[] = [];

  protected override createAvatar(): Hero {
    return new Hero();
  }
  protected override onOpen(): void {
    this.events.on(Secret, ({ name }) => this.heard.push(name));
    this.events.on(Gong, () => {
      throw new Error("deaf");
    });
    this.on("pay", z.strictObject({}), (player) => {
      player.avatar.coins += 5;
    });
  }
  protected override onEnter(player: Player<Hero>): void {
    player.avatar.coins = 7;
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ systems: SystemsRoom });
});
afterAll(() => world.close());

async function pair() {
  const ann = await world.join("systems", { name: "Ann", create: true });
  const bob = await world.join("systems", { name: "Bob", code: ann.room.roomId });
  return { ann, bob, room: world.room<SystemsRoom>(ann.room.roomId) };
}

describe("a room with systems", () => {
  it("runs them over its world at their rates, and one that throws is named, switched off, and alone", async () => {
    const { ann, room } = await pair();
    const mote = room.world.spawn(new Mote({ kind: "mote", x: 2 }));
    const id = room.world.idOf(mote);
    await ann.until(
      "the mote to age",
      () => ((ann.room.state.actors.get(id!) as Mote | undefined)?.age ?? 0) > 3,
    );
    await ann.until("the system to be off", () => room.simulation.systems.profile().some((one) => one.off));
    expect(room.faults.get("system broken")).toBe(5);
    expect(room.simulation.systems.names).toEqual(["slow", "broken", "age"]);
    await ann.until("half a second to pass", () => waits.length > 0);
    expect(waits[0]).toBe(0.5);
    room.world.despawn(mote);
    await ann.until("the mote to be gone", () => !ann.room.state.actors.has(id!));
    await ann.leave();
  });

  it("gives what is spawned loose a body that falls, and takes it with the actor", async () => {
    const { ann, room } = await pair();
    const crate = room.world.spawn(new Prop({ kind: "crate", x: 6, y: 4, size: 0.5 }));
    const id = room.world.idOf(crate)!;
    await ann.until("the crate to fall", () => (ann.room.state.actors.get(id)?.y ?? 9) < 1);
    expect(room.simulation.space?.loose.has(id)).toBe(true);
    room.world.despawn(id);
    await ann.patches(2);
    expect(room.simulation.space?.loose.has(id)).toBe(false);
    await ann.leave();
  });

  it("shows fields of an owner to the owner alone, through patches and joins", async () => {
    const { ann, bob, room } = await pair();
    const coins = (who: typeof ann, of: typeof ann) =>
      (who.room.state.actors.get(of.room.sessionId) as unknown as Hero).coins;
    await ann.until("the coins of the start", () => coins(ann, ann) === 7);
    ann.room.send("pay", {});
    await ann.until("the payment", () => coins(ann, ann) === 12);
    await bob.patches(2);
    expect(coins(bob, ann)).toBeUndefined();
    const late = await world.join("systems", { name: "Late", code: room.roomId });
    expect(coins(late, ann)).toBeUndefined();
    expect(coins(late, late)).toBe(7);
    await ann.leave();
  });
});

describe("an event of a room", () => {
  it("reaches its owner, those nearby or all, as one message each, and a deaf subscriber keeps nobody from it", async () => {
    const { ann, bob, room } = await pair();
    const id = ann.room.sessionId;
    Object.assign(room.players.get(id)!.avatar, { x: 0, z: 0 });
    Object.assign(room.players.get(bob.room.sessionId)!.avatar, { x: 15, z: 0 });
    room.events.emit(Whisper, { text: "psst" }, { actor: id });
    room.events.emit(Crack, { loud: 3 }, { x: 1, z: 1 });
    room.events.emit(Secret, {});
    room.events.emit(Gong, {});
    await bob.until("the gong", () => bob.received.has("event"));
    await ann.until("three events", () => ann.received.get("event")?.length === 3);
    expect(ann.received.get("event")).toEqual([
      { name: "whisper", actor: id, payload: { text: "psst" } },
      { name: "crack", x: 1, z: 1, payload: { loud: 3 } },
      { name: "gong", payload: {} },
    ]);
    expect(bob.received.get("event")).toEqual([{ name: "gong", payload: {} }]);
    expect(room.heard).toEqual(["secret"]);
    expect(room.faults.get("event gong")).toBe(1);
    await ann.leave();
  });

  it("is kept in the database if it is marked so", async () => {
    const { ann, room } = await pair();
    const { ds } = world.server.foundation.database;
    room.events.emit(Crack, { loud: 9 }, { actor: "oak", x: 1, z: 2 });
    await ann.patches(2);
    await world.server.foundation.events.flush();
    const rows = await ds.query("SELECT * FROM event_log WHERE room_id = $1 ORDER BY seq", [room.roomId]);
    expect(rows).toMatchObject([
      { name: "crack", game: "systems", zone: "systems", actor: "oak", x: 1, z: 2, payload: { loud: 9 } },
    ]);
    await ann.leave();
  });
});
