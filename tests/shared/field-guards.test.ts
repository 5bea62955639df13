import { ArraySchema, Decoder, Encoder, schema, t } from "@colyseus/schema";
import { openReplay, WorldRoom } from "roomkeep/rooms";
import {
  Actor,
  Avatar,
  classTable,
  createWorld,
  defineActor,
  defineComponent,
  internal,
  own,
  restoreSnapshot,
  takeSnapshot,
  WorldState,
} from "roomkeep/shared";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { fillFromJson, schemaToJson } from "../../shared/snapshot/schema-json.ts";
import { adoptElements } from "../../shared/world/fields/element-guards.ts";
import { guardClass } from "../../shared/world/fields/field-guards.ts";

const Mule = defineActor("mule", {
  fields: {
    load: t.uint8().default(3),
    tired: t.boolean().default(false),
    wakesAtTick: internal(t.uint32().default(7)),
    owner: internal(t.string()).default("nobody"),
    pace: internal(t.float32().default(1.5)),
    stops: internal(t.array("string")),
    rider: internal(t.string()),
    seats: internal(t.uint8().optional()),
  },
});
type Mule = InstanceType<typeof Mule>;
const State = WorldState.extend(
  { day: t.int8().default(1), mood: t.string().default(""), seed: internal(t.uint16().default(9)) },
  "GuardedState",
);
const Hero = Avatar.extend(
  { mana: t.uint8().default(1), combo: internal(t.uint8().default(0)) },
  "GuardedHero",
);
const Leaf = schema({ size: t.uint8().default(1) }, "GuardedLeaf");
const Twig = schema({ rings: t.array("uint8") }, "GuardedTwig");
const Basket = schema({ words: t.array("string"), sums: t.map("uint8") }, "GuardedBasket");
const LateState = WorldState.extend({ words: t.array("string"), leaves: t.array(Twig) }, "GuardedLateState");
const Cart = defineActor("cart", {
  fields: {
    ages: t.array("uint8"),
    bag: t.map("uint16"),
    tags: t.set("string"),
    flags: t.collection("boolean"),
    path: t.array("float32"),
    seen: own(t.array("string")),
  },
});
/** As @colyseus/schema takes arrays and objects for collections. */
const cartWith = (fields: object) => new Cart(fields as never);
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "FIELD_INVALID", message: expect.stringMatching(message) });
const write = (ref: object, name: string, value: unknown) => () => void Reflect.set(ref, name, value);

test("a class with internal fields may have components that have some too", () => {
  const Memory = defineComponent({
    name: "GuardedMemory",
    fields: { grudge: internal(t.uint8().default(3)) },
  });
  const Elephant = defineActor("elephant", {
    fields: { age: internal(t.uint8().default(40)) },
    components: { memory: Memory },
  });
  const elephant = new Elephant();
  expect([elephant.age, elephant.memory.grudge]).toEqual([40, 3]);
  expect(write(elephant.memory, "grudge", 300)).toThrow(
    refusal(/GuardedMemory.grudge must be a whole number/),
  );
});

describe("fields of a state", () => {
  test.each<[string, unknown, RegExp]>([
    ["load", 999, /Mule.load must be a whole number from 0 to 255; got 999/],
    ["load", -1, /from 0 to 255/],
    ["load", 2.5, /whole number/],
    ["load", Number.NaN, /whole number/],
    ["tired", "yes", /Mule.tired must be a boolean; got "yes"/],
    ["wakesAtTick", "soon", /Mule.wakesAtTick must be a whole number/],
    ["wakesAtTick", -4, /from 0 to 4294967295/],
    ["wakesAtTick", Number.NaN, /whole number/],
    ["owner", 7, /Mule.owner must be a string; got 7/],
    ["pace", true, /Mule.pace must be a number/],
    ["rider", 7, /Mule.rider must be a string; got 7/],
    ["seats", 256, /Mule.seats must be a whole number from 0 to 255/],
    ["pace", Number.NaN, /Mule.pace must be a number/],
  ])("refuse a wrong value and keep what they had: %s = %j", (name, value, message) => {
    const mule = new Mule();
    const before = Reflect.get(mule, name);
    expect(write(mule, name, value)).toThrow(refusal(message));
    expect(Reflect.get(mule, name)).toBe(before);
  });

  test("take what fits, on the wire or not, and internal ones may be infinite", () => {
    const mule = new Mule({ load: 255, wakesAtTick: 40, owner: "ann" });
    mule.wakesAtTick = Number.POSITIVE_INFINITY;
    mule.tired = true;
    mule.stops.push("mill");
    expect([mule.load, mule.tired, mule.wakesAtTick, mule.owner, mule.pace, [...mule.stops]]).toEqual([
      255,
      true,
      Number.POSITIVE_INFINITY,
      "ann",
      1.5,
      ["mill"],
    ]);
    expect(() => new Mule({ load: 256 })).toThrow(refusal(/Mule.load/));
    const other = new Mule();
    expect([other.owner, other.wakesAtTick, [...other.stops]]).toEqual(["nobody", 7, []]);
  });

  test("are guarded in a room without a word of the builder: its state, its avatars and theirs of the framework", async () => {
    class GuardedRoom extends WorldRoom<InstanceType<typeof State>, InstanceType<typeof Hero>> {
      override state = new State();
      protected override createAvatar() {
        return new Hero();
      }
      protected override onOpen(): void {
        this.on(
          "set",
          z.strictObject({ on: z.string(), name: z.string(), value: z.unknown() }),
          (player, set) => {
            Reflect.set(set.on === "state" ? this.state : player.avatar, set.name, set.value);
          },
        );
      }
    }
    const { room, ...replay } = await openReplay(GuardedRoom);
    replay.join("ann");
    const hero = room.world.get("ann") as InstanceType<typeof Hero>;
    const tries: [string, string, unknown, unknown][] = [
      ["state", "day", 200, 1],
      ["state", "seed", 70_000, 9],
      ["state", "seed", "x", 9],
      ["hero", "mana", 300, 1],
      ["hero", "combo", 300, 0],
      ["hero", "color", 999, 0],
      ["hero", "away", 3, false],
    ];
    for (const [on, name, value, kept] of tries) {
      const faults = room.faults.get("onMessage") ?? 0;
      replay.message("ann", "set", { on, name, value });
      expect([on, name, room.faults.get("onMessage")]).toEqual([on, name, faults + 1]);
      expect([on, name, Reflect.get(on === "state" ? room.state : hero, name)]).toEqual([on, name, kept]);
    }
    replay.message("ann", "set", { on: "state", name: "seed", value: 11 });
    expect(room.state.seed).toBe(11);
  });

  test("come back from a save as they were, also what an earlier version let in", () => {
    const world = createWorld(new WorldState().actors);
    world.spawn(new Mule({ load: 9, owner: "ann", wakesAtTick: 12 }), "mule");
    const classes = classTable([Mule]);
    const saved = JSON.parse(JSON.stringify(takeSnapshot(world, { classes })));
    expect(saved.data.actors[0][2]).toMatchObject({
      load: 9,
      $own: { owner: "ann", wakesAtTick: 12, pace: 1.5 },
    });
    saved.data.actors[0][2].load = 999;
    saved.data.actors[0][2].$own.wakesAtTick = "long ago";
    const later = createWorld(new WorldState().actors);
    restoreSnapshot(later, saved, { classes });
    const mule = later.get("mule") as Mule;
    expect([mule.load, mule.wakesAtTick, mule.owner]).toEqual([999, "long ago", "ann"]);
    expect(write(mule, "load", 998)).toThrow(refusal(/Mule.load/));
  });

  test("of a class that is older than the guard are checked from then on", () => {
    const leaf = new Leaf();
    leaf.size = 999;
    guardClass(Leaf);
    expect(write(leaf, "size", 999.5)).toThrow(refusal(/GuardedLeaf.size/));
    const copy = new Leaf();
    fillFromJson(copy, schemaToJson(leaf, classTable([])), classTable([]));
    expect(copy.size).toBe(999);
    expect(new Actor().kind).toBe("");
  });
});

describe("elements of collections of plain values", () => {
  test.each<[string, (cart: InstanceType<typeof Cart>) => unknown, RegExp]>([
    ["push", ({ ages }) => ages.push(3, 256), /Cart\.ages\[\] must be a whole number from 0 to 255; got 256/],
    ["push of a text", ({ ages }) => ages.push("x" as never), /whole number/],
    ["unshift", ({ ages }) => ages.unshift(-1), /whole number/],
    ["splice", ({ ages }) => ages.splice(0, 1, 2.5), /whole number/],
    ["a write by the index", ({ ages }) => Reflect.set(ages, 1, 999), /got 999/],
    ["map.set", ({ bag }) => bag.set("herb", 70_000), /Cart\.bag\[\] must be a whole number from 0 to 65535/],
    ["set.add", ({ tags }) => tags.add(7 as never), /Cart\.tags\[\] must be a string; got 7/],
    ["collection.add", ({ flags }) => flags.add(1 as never), /Cart\.flags\[\] must be a boolean/],
    ["a number that is none", ({ path }) => path.push(Number.NaN), /Cart\.path\[\] must be a number/],
    ["an owner's", ({ seen }) => seen.push(7 as never), /Cart\.seen\[\] must be a string/],
    ["a whole array", (cart) => Reflect.set(cart, "ages", [1, 300]), /got 300/],
    ["a whole map", (cart) => Reflect.set(cart, "bag", { herb: -1 }), /Cart\.bag\[\]/],
    ["a Map", (cart) => Reflect.set(cart, "bag", new Map([["herb", 0.5]])), /Cart\.bag\[\]/],
    ["a collection of one's own", (cart) => Reflect.set(cart, "ages", new ArraySchema(400)), /got 400/],
  ])("are refused as they are put in, and nothing changes: %s", (_, put, message) => {
    const cart = cartWith({ ages: [1, 2], bag: { herb: 4 } });
    const before = JSON.stringify(cart);
    expect(() => put(cart)).toThrow(refusal(message));
    expect(JSON.stringify(cart)).toBe(before);
  });

  test("are taken where they fit, also by a collection that takes the place of another", () => {
    const cart = new Cart();
    cart.ages = new ArraySchema(1, 2);
    cart.ages.push(255);
    cart.ages.splice(0, 1, 7);
    cart.ages[1] = 0;
    cart.bag.set("herb", 65_535);
    cart.path.push(Number.POSITIVE_INFINITY);
    expect([[...cart.ages], [...cart.bag], [...cart.path]]).toEqual([
      [7, 0, 255],
      [["herb", 65_535]],
      [Number.POSITIVE_INFINITY],
    ]);
    expect(() => cart.ages.push(256)).toThrow(refusal(/Cart\.ages/));
    expect(() => cartWith({ ages: [256] })).toThrow(refusal(/Cart\.ages/));
    expect(cart.ages).toBeInstanceOf(ArraySchema);
  });

  test("arrive at clients, from which nothing is refused", () => {
    const state = new Basket();
    guardClass(Basket);
    adoptElements(state);
    state.words.push("a", "b");
    state.sums.set("x", 3);
    const encoder = new Encoder(state);
    const copy = new Basket();
    const decoder = new Decoder(copy);
    decoder.decode(encoder.encodeAll());
    encoder.discardChanges();
    state.words.unshift("c");
    state.sums.set("x", 4);
    decoder.decode(encoder.encode());
    expect(copy.toJSON()).toEqual({ words: ["c", "a", "b"], sums: { x: 4 } });
  });

  test("of a state that is older than the guard are checked from then on, and of all that it holds", async () => {
    class LateRoom extends WorldRoom<InstanceType<typeof LateState>> {
      override state = new LateState({ leaves: [new Twig()] });
    }
    const { room } = await openReplay(LateRoom);
    const { words, leaves } = room.state;
    expect(() => words.push(7 as never)).toThrow(refusal(/GuardedLateState\.words\[\]/));
    expect(() => leaves[0]?.rings.push(-1)).toThrow(refusal(/GuardedTwig\.rings\[\]/));
  });

  test("that an earlier version let in come back from a save, and from a batch that fails", () => {
    const world = createWorld(new WorldState().actors);
    world.spawn(cartWith({ ages: [1], bag: { herb: 2 } }), "cart");
    const classes = classTable([Cart]);
    const saved = JSON.parse(JSON.stringify(takeSnapshot(world, { classes })));
    Object.assign(saved.data.actors[0][2], {
      ages: [999],
      bag: { $: "map", entries: [["herb", -2]] },
      tags: [7],
    });
    const later = createWorld(new WorldState().actors);
    restoreSnapshot(later, saved, { classes });
    const cart = later.get("cart") as InstanceType<typeof Cart>;
    const held = () => [[...cart.ages], [...cart.bag], [...cart.tags.values()]];
    expect(held()).toEqual([[999], [["herb", -2]], [7]]);
    const fails = () =>
      later.batch(() => {
        cart.ages.push(3);
        cart.bag.delete("herb");
        cart.tags.clear();
        throw new Error("undone");
      });
    expect(fails).toThrow("undone");
    expect(held()).toEqual([[999], [["herb", -2]], [7]]);
    expect(() => cart.ages.push(999)).toThrow(refusal(/Cart\.ages/));
  });
});
