import { Encoder, t } from "@colyseus/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, fnv1a64 } from "../../shared/snapshot/hash.ts";
import { classTable } from "../../shared/snapshot/schema-json.ts";
import { hashState, restoreSnapshot, takeSnapshot } from "../../shared/snapshot/snapshot.ts";
import { versioned } from "../../shared/snapshot/versioned.ts";
import { Actor, Prop, WorldState } from "../../shared/world/actor.ts";
import { defineActor, defineComponent } from "../../shared/world/component.ts";
import { internal } from "../../shared/world/fields/field-visibility.ts";
import { createWorld } from "../../shared/world/world.ts";

const Health = defineComponent({
  name: "Health",
  fields: { hp: t.uint16().default(100) },
  limits: { hp: { max: 500 } },
});
const Fire = defineComponent({ name: "Fire", fields: { heat: t.float64().default(0) } });
const Mob = defineActor("mob", {
  components: { health: Health, fire: t.ref(Fire).optional() },
  fields: {
    title: t.string().optional(),
    bag: t.map("uint16"),
    log: t.array("string"),
    thinkAtTick: internal(t.uint32().default(0)),
    memory: internal(t.map("string")),
  },
});
const State = WorldState.extend({ round: t.uint16().default(0), scores: t.map("int32") }, "State");
const classes = classTable([Actor, Prop, Mob]);

function room() {
  const state = new State();
  return { state, world: createWorld(state.actors), parts: { classes, state } };
}

const number = fc.oneof(
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Number.NEGATIVE_INFINITY, 0.1, 2 ** 53 + 2),
);
const mobs = fc.array(
  fc.record({
    x: number,
    hp: fc.integer({ min: 0, max: 500 }),
    heat: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    title: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
    bag: fc.dictionary(fc.string({ minLength: 1 }), fc.nat({ max: 65_535 }), { maxKeys: 5 }),
    log: fc.array(fc.string(), { maxLength: 4 }),
    thinkAtTick: fc.nat(),
    memory: fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { maxKeys: 3 }),
  }),
  { maxLength: 8 },
);

/** A world of these mobs; of those that came first, every second has gone again. */
function filled(
  list: (typeof mobs)["generate"] extends (...args: never[]) => { value: infer V } ? V : never,
) {
  const made = room();
  made.state.round = 3;
  made.state.scores.set("mara", -7);
  list.forEach((one, i) => {
    const mob = made.world.spawn(new Mob());
    // A setter ignores −0 over 0.
    mob.x = 1;
    mob.x = one.x;
    mob.health.hp = one.hp;
    if (one.heat !== undefined) made.world.attach(mob, Fire, { heat: one.heat });
    mob.title = one.title;
    for (const [key, count] of Object.entries(one.bag)) mob.bag.set(key, count);
    mob.log.push(...one.log);
    mob.thinkAtTick = one.thinkAtTick;
    for (const [key, word] of Object.entries(one.memory)) mob.memory.set(key, word);
    if (i % 4 === 1) made.world.despawn(mob);
  });
  return made;
}

describe("a snapshot", () => {
  test("gives back exactly what was taken, through JSON and from any world", () => {
    fc.assert(
      fc.property(mobs, mobs, number, (list, other, extra) => {
        const from = filled(list);
        const extras = { bodies: [{ vx: extra, at: [extra, 1] }], tick: 7, seed: 5n };
        const saved = JSON.parse(JSON.stringify(takeSnapshot(from.world, { ...from.parts, extras })));
        const into = filled(other);
        const back = restoreSnapshot(into.world, saved, into.parts);
        expect(back).toEqual(extras);
        const again = takeSnapshot(into.world, { ...into.parts, extras: back });
        expect(again).toEqual(saved);
        const hash = hashState(from.world, { ...from.parts, extras });
        expect(hashState(into.world, { ...into.parts, extras: back })).toBe(hash);
        // What comes next is alike too: the order that queries answer in, and the next id.
        const ids = (one: typeof from) => [...one.world.query({ is: Mob })].map((mob) => one.world.idOf(mob));
        expect(ids(into)).toEqual(ids(from));
        expect(into.world.idOf(into.world.spawn(new Mob()))).toBe(
          from.world.idOf(from.world.spawn(new Mob())),
        );
      }),
      { numRuns: 150 },
    );
  });

  test("of another state has another hash: each kind of value counts", () => {
    const changes: ((one: ReturnType<typeof room>, mob: InstanceType<typeof Mob>) => void)[] = [
      (_, mob) => (mob.x = 1e-9),
      (_, mob) => {
        mob.x = 1;
        mob.x = -0;
      },
      (_, mob) => (mob.health.hp = 99),
      (_, mob) => (mob.title = ""),
      (_, mob) => mob.bag.set("coin", 1),
      (_, mob) => mob.log.push(""),
      (_, mob) => (mob.thinkAtTick = 1),
      (one) => (one.state.round = 1),
      (one) => one.state.scores.set("otto", 0),
      (one) => one.world.spawn(new Prop()),
      (one) => (one.world.nextId += 1),
    ];
    const hashes = [() => {}, ...changes].map((change) => {
      const one = room();
      change(one, one.world.spawn(new Mob(), "m"));
      return hashState(one.world, one.parts);
    });
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("hashes the same in whichever order its maps were filled", () => {
    const one = room();
    const other = room();
    for (const [made, ids] of [
      [one, ["a", "b"]],
      [other, ["b", "a"]],
    ] as const) {
      for (const id of ids) made.world.spawn(new Mob(), id);
      for (const id of ids) made.state.scores.set(id, 1);
    }
    expect(hashState(one.world, one.parts)).toBe(hashState(other.world, other.parts));
  });

  test("that is damaged is refused by name, and the world stays as it was", () => {
    const from = filled(fc.sample(mobs, { numRuns: 1, seed: 4 })[0]!);
    from.world.spawn(new Mob(), "sure");
    const good = JSON.stringify(takeSnapshot(from.world, from.parts));
    const into = room();
    into.world.spawn(new Mob({ x: 5 }), "there");
    const before = hashState(into.world, into.parts);
    const parsed = () => JSON.parse(good) as { v: number; data: Record<string, unknown> };
    const row = (values: unknown, name: unknown = "Mob") => ({
      ...parsed().data,
      actors: [["a", name, values]],
    });
    const bad: [string, unknown][] = [
      ["SNAPSHOT_CORRUPT", null],
      ["SNAPSHOT_CORRUPT", "text"],
      ["SNAPSHOT_CORRUPT", {}],
      ["SNAPSHOT_CORRUPT", { v: 1, data: {} }],
      ["SNAPSHOT_CORRUPT", { v: 0, data: {} }],
      ["SNAPSHOT_NEWER", { ...parsed(), v: 2 }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: { ...parsed().data, nextId: "7" } }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: { ...parsed().data, actors: [["a"]] } }],
      ["ACTOR_UNKNOWN", { v: 1, data: row({}, "Dragon") }],
      ["ACTOR_UNKNOWN", { v: 1, data: row({}, "constructor") }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: row({ x: "far" }) }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: row({ health: { hp: 501 } }) }],
      ["SNAPSHOT_NEWER", { v: 1, data: row({ health: { $: "v", v: 2, data: {} } }) }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: row({ bag: [] }) }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: row({ log: {} }) }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: row({ $own: { assign: 1 } }) }],
      ["SNAPSHOT_CORRUPT", { v: 1, data: { ...row({}), state: { round: "late" } } }],
      ["SNAPSHOT_CORRUPT", JSON.parse(good.replace('"$own":{', '"$own":{"__proto__":{"x":1},'))],
    ];
    for (const [code, stored] of bad) {
      expect(() => restoreSnapshot(into.world, stored, into.parts), JSON.stringify(stored)).toThrow(
        expect.objectContaining({ code }),
      );
      expect(hashState(into.world, into.parts)).toBe(before);
    }
  });

  test("keeps the class of a world's actors, and refuses what it cannot keep by its path", () => {
    const { world, parts } = room();
    const odd = Object.assign(world.spawn(new Mob()), { body: new Map() });
    expect(() => takeSnapshot(world, parts)).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_UNSUPPORTED", message: expect.stringContaining("Mob.body") }),
    );
    world.despawn(odd);
    world.spawn(new (defineActor("stranger"))());
    expect(() => takeSnapshot(world, parts)).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_UNSUPPORTED" }),
    );
  });

  test("restored into a running room, shows its clients the restored world", () => {
    const from = filled(fc.sample(mobs, { numRuns: 1, seed: 9 })[0]!);
    const into = room();
    const encoder = new Encoder(into.state);
    into.world.spawn(new Prop(), "old");
    restoreSnapshot(into.world, takeSnapshot(from.world, from.parts), into.parts);
    expect(into.state.toJSON()).toEqual(from.state.toJSON());
    expect(encoder.encodeAll().length).toBeGreaterThan(0);
  });
});

describe("component versions", () => {
  const old = classTable([
    defineActor("hero", {
      components: { stats: defineComponent({ name: "Stats", fields: { hp: t.uint16().default(9) } }) },
    }),
  ]);
  const Stats = defineComponent({
    name: "Stats",
    fields: { health: t.uint16().default(1), mana: t.uint16().default(0) },
    version: 3,
    upgrades: {
      1: ({ hp, ...rest }) => ({ ...rest, health: hp }),
      2: (stored) => {
        stored.mana = 5;
      },
    },
  });
  const Hero = defineActor("hero", { components: { stats: Stats } });

  test("an older component is brought up to date as it is restored", () => {
    const before = createWorld(new WorldState().actors);
    before.spawn(new (old.get("Hero") as unknown as new () => Actor)(), "h");
    const world = createWorld(new WorldState().actors);
    const stored = takeSnapshot(before, { classes: old });
    restoreSnapshot(world, stored, { classes: classTable([Hero]) });
    expect((world.get("h") as InstanceType<typeof Hero>).stats.toJSON()).toEqual({ health: 9, mana: 5 });
    const saved = takeSnapshot(world, { classes: classTable([Hero]) });
    expect(() => restoreSnapshot(before, saved, { classes: old })).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_NEWER" }),
    );
  });

  test("an upgrade that is missing is an error of the definition", () => {
    expect(() => defineComponent({ name: "A", fields: {}, version: 2 })).toThrow(
      expect.objectContaining({ code: "SNAPSHOT_UNSUPPORTED" }),
    );
  });
});

describe("versioned JSON", () => {
  test("of every older version opens, in as many steps as it takes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat({ max: 20 }), (version, skip) => {
        const upgrades = Object.fromEntries(
          Array.from({ length: version }, (_, i) => [
            i + 1,
            (stored: Record<string, unknown>) => ({ steps: [...(stored.steps as number[]), i + 1] }),
          ]),
        );
        const save = versioned<{ steps: number[] }>({ name: "save", version, upgrades });
        const from = 1 + (skip % version);
        const { steps } = save.open({ v: from, data: { steps: [] } });
        expect(steps).toEqual(Array.from({ length: version - from }, (_, i) => from + i));
        expect(save.open(JSON.parse(JSON.stringify(save.wrap({ steps }))))).toEqual({ steps });
        expect(() => save.open({ v: version + 1, data: { steps } })).toThrow(
          expect.objectContaining({ code: "SNAPSHOT_NEWER" }),
        );
      }),
    );
  });

  test("whose upgrade throws is corrupt, and what was stored is not changed", () => {
    const upgrades = {
      1: (stored: Record<string, unknown>) => {
        stored.touched = true;
        throw new Error("on purpose");
      },
    };
    const save = versioned({ name: "save", version: 2, upgrades });
    const stored = { v: 1, data: { a: 1 } };
    expect(() => save.open(stored)).toThrow(
      expect.objectContaining({
        code: "SNAPSHOT_CORRUPT",
        cause: expect.objectContaining({ message: "on purpose" }),
      }),
    );
    expect(stored).toEqual({ v: 1, data: { a: 1 } });
  });
});

describe("the hash", () => {
  test("is FNV-1a with 64 bits, by the published vectors", () => {
    // From the test vectors of draft-eastlake-fnv, appendix C.
    const vectors = { "": "cbf29ce484222325", a: "af63dc4c8601ec8c", foobar: "85944171f73967e8" };
    for (const [text, hash] of Object.entries(vectors)) expect(fnv1a64(text)).toBe(hash);
  });

  test("is the plain definition in big integers, for any text", () => {
    const plain = (text: string) => {
      let hash = 0xcbf29ce484222325n;
      for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
      return hash.toString(16).padStart(16, "0");
    };
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => fnv1a64(text) === plain(text)));
  });

  test("canonical JSON does not depend on the order of keys", () => {
    const shuffled = (value: Record<string, unknown>) => Object.fromEntries(Object.entries(value).reverse());
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
