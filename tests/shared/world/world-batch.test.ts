import { Decoder, Encoder, t } from "@colyseus/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Actor, WorldState } from "../../../shared/world/actor.ts";
import { defineActor, defineComponent } from "../../../shared/world/component.ts";
import { createWorld, type World } from "../../../shared/world/world.ts";

const Health = defineComponent({
  name: "Health",
  fields: { hp: t.uint16().default(100) },
  limits: { hp: { max: 100 } },
});
const Burning = defineComponent({ name: "Burning", fields: { untilTick: t.uint32().default(0) } });
const Crate = defineActor("crate", { components: { health: Health } });
const Mob = defineActor("mob", {
  components: { health: Health, burning: t.ref(Burning).optional() },
  fields: { title: t.string().optional(), bag: t.map("uint16"), log: t.array("string") },
});
type Mob = InstanceType<typeof Mob>;
const Sign = defineActor("sign", { fields: { title: t.string().optional() } });
const State = WorldState.extend({ round: t.uint8().default(1) }, "State");

/** A world as a room has it, with a stock client that decodes each patch. */
function room() {
  const state = new WorldState();
  const encoder = new Encoder(state);
  const client = new WorldState();
  const decoder = new Decoder(client);
  let joined = false;
  return {
    state,
    client,
    world: createWorld(state.actors),
    /** Takes a patch, as a room does each tick, and returns its length in bytes. */
    patch(): number {
      const bytes = joined ? encoder.encode() : encoder.encodeAll();
      const sent = bytes.slice();
      encoder.discardChanges();
      joined = true;
      if (sent.length > 0) decoder.decode(sent);
      return sent.length;
    },
    raw: () => Buffer.from(encoder.encode()).toString("latin1"),
  };
}

const fail = (): never => {
  throw new Error("on purpose");
};

describe("a batch", () => {
  test("that throws changes nothing and leaves not a byte on the wire", () => {
    const { world, state, patch } = room();
    const crate = world.spawn(new Crate({ x: 1 }), "c");
    world.spawn(new Crate({ x: 5 }), "d");
    patch();
    const before = JSON.stringify(state);

    expect(() =>
      world.batch(() => {
        crate.x = 7;
        crate.health.hp = 3;
        world.spawn(new Crate(), "e");
        world.despawn("d");
        expect(world.query({ is: Crate }).size).toBe(2);
        fail();
      }),
    ).toThrow("on purpose");

    expect(JSON.stringify(state)).toBe(before);
    expect([...world.query({ is: Crate })]).toEqual([crate, world.get("d")]);
    expect(world.near(1, 0, 0.5)).toEqual([crate]);
    expect(patch()).toBe(0);

    const numbered = () => world.idOf(world.spawn(new Crate()));
    expect(() => world.batch(() => numbered() && fail())).toThrow();
    expect(numbered()).toBe("crate-1");
  });

  test("sends its outcome alone, even if a patch is taken in its middle", () => {
    const { world, patch, raw, client } = room();
    const crate = world.spawn(new Crate(), "c");
    patch();
    world.batch(() => {
      crate.kind = "CANARY-between";
      expect(raw()).toBe("");
      crate.kind = "outcome";
    });
    expect(patch()).toBeGreaterThan(0);
    expect(client.actors.get("c")?.kind).toBe("outcome");

    world.batch(() => {
      crate.x = 3;
      crate.x = 0;
    });
    expect(patch()).toBe(0);
  });

  test("that fails within another takes back its own part only", () => {
    const { world, patch, client } = room();
    const crate = world.spawn(new Crate(), "c");
    patch();
    world.batch(() => {
      crate.x = 1;
      expect(() =>
        world.batch(() => {
          crate.x = 2;
          crate.z = 2;
          world.spawn(new Crate(), "lost");
          fail();
        }),
      ).toThrow();
      expect([crate.x, crate.z, world.get("lost")]).toEqual([1, 0, undefined]);
      world.batch(() => world.spawn(new Crate(), "kept"));
    });
    patch();
    expect(client.actors.get("c")?.x).toBe(1);
    expect([...client.actors.keys()]).toEqual(["c", "kept"]);
  });

  test("refuses an async function and takes back what it did", () => {
    const { world } = room();
    const crate = world.spawn(new Crate(), "c");
    const run = async () => {
      crate.x = 9;
      await null;
    };
    expect(() => world.batch(run)).toThrow(expect.objectContaining({ code: "BATCH_INVALID" }));
    expect(crate.x).toBe(0);
  });

  test("a value out of a component's limits takes the whole batch back", () => {
    const { world } = room();
    const from = world.spawn(new Crate(), "a");
    const to = world.spawn(new Crate(), "b");
    const give = () =>
      world.batch(() => {
        from.health.hp -= 10;
        to.health.hp += 10;
      });
    expect(give).toThrow(expect.objectContaining({ code: "COMPONENT_INVALID" }));
    expect([from.health.hp, to.health.hp]).toEqual([100, 100]);
  });

  test("in which a field was undefined for a while leaves clients what it finally is", () => {
    const { world, patch, client } = room();
    const sign = world.spawn(new Sign({ title: "inn" }), "s");
    patch();
    const title = () => (client.actors.get("s") as InstanceType<typeof Sign>).title;
    const blink = (then: () => void) => () => {
      sign.title = undefined;
      then();
    };
    expect(() => world.batch(blink(fail))).toThrow();
    patch();
    expect([sign.title, title()]).toEqual(["inn", "inn"]);
    const back = () => {
      sign.title = "inn";
    };
    world.batch(blink(back));
    patch();
    expect([sign.title, title()]).toEqual(["inn", "inn"]);
    world.batch(blink(() => {}));
    patch();
    expect([sign.title, title()]).toEqual([undefined, undefined]);
  });

  test("covers the room's own fields if the world was told of the state", () => {
    const state = new State();
    const encoder = new Encoder(state);
    encoder.encodeAll();
    encoder.discardChanges();
    const world = createWorld(state.actors, { also: [state] });
    const next = () => {
      state.round += 1;
      fail();
    };
    expect(() => world.batch(next)).toThrow();
    expect([state.round, encoder.encode().length]).toEqual([1, 0]);
  });

  type Act = { act: string; who: string; value: number };
  const acts = fc.array(
    fc.record({
      act: fc.constantFrom(
        "x",
        "hp",
        "spawn",
        "despawn",
        "attach",
        "detach",
        "douse",
        "title",
        "untitle",
        "retitle",
        "bag",
        "log",
        "swap",
      ),
      who: fc.constantFrom("a", "b", "c", "d"),
      value: fc.integer({ min: 0, max: 100 }),
    }),
    { maxLength: 12 },
  );

  function perform(world: World, { act, who, value }: Act): void {
    const mob = world.get(who) as Mob | undefined;
    if (act === "spawn" && mob === undefined) world.spawn(new Mob({ x: value }), who);
    if (mob === undefined) return;
    if (act === "x") mob.x = value;
    else if (act === "hp") mob.health.hp = value;
    else if (act === "despawn") world.despawn(who);
    else if (act === "attach") world.attach(mob, Burning, { untilTick: value });
    else if (act === "detach") world.detach(mob, Burning);
    else if (act === "title") mob.title = `t${value}`;
    else if (act === "untitle") mob.title = undefined;
    else if (act === "retitle") mob.title = "again";
    else if (act === "douse") mob.burning = undefined;
    else if (act === "swap") mob.health = new Health({ hp: value });
    else if (act === "log") {
      if (value % 3 === 0) mob.log.pop();
      else mob.log.push(`l${value}`);
    } else if (act === "bag") {
      if (value % 3 === 0) mob.bag.delete("coin");
      else mob.bag.set(value % 2 ? "coin" : "herb", value);
    }
  }

  test("is all or nothing for any changes, and a stock client follows either way", () => {
    const rounds = fc.array(fc.record({ acts, fails: fc.boolean(), patches: fc.boolean() }), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(rounds, (all) => {
        const tested = room();
        // Carries out only what must remain: no batches, no failures.
        const model = room();
        const burning = tested.world.query({ with: [Burning] });
        tested.patch();
        for (const round of all) {
          const before = JSON.stringify(tested.state);
          const run = () => {
            for (const act of round.acts) perform(tested.world, act);
            if (round.fails) fail();
          };
          if (round.fails) {
            expect(() => tested.world.batch(run)).toThrow("on purpose");
            expect(JSON.stringify(tested.state)).toBe(before);
          } else {
            tested.world.batch(run);
            for (const act of round.acts) perform(model.world, act);
          }
          expect(tested.state.toJSON()).toEqual(model.state.toJSON());
          expect([...burning].map((mob) => tested.world.idOf(mob))).toEqual(
            [...model.world.query({ with: [Burning] })].map((mob) => model.world.idOf(mob)),
          );
          const near = (one: typeof tested) =>
            one.world.near(50, 0, 20).map((actor) => one.world.idOf(actor));
          expect(near(tested)).toEqual(near(model));
          if (round.patches) {
            tested.patch();
            expect(tested.client.toJSON()).toEqual(tested.state.toJSON());
          }
        }
        tested.patch();
        expect(tested.client.toJSON()).toEqual(tested.state.toJSON());
      }),
      { numRuns: 400 },
    );
  });
});

describe("deferred changes", () => {
  test("run at the settling by priority, then in the order they came, each wholly or not at all", () => {
    const { world } = room();
    const crate = world.spawn(new Crate(), "c");
    const ran: string[] = [];
    world.defer(0, () => ran.push("low"));
    world.defer(5, () => {
      crate.x = 9;
      fail();
    });
    world.defer(5, () => ran.push("high, later"));
    world.defer(9, () => {
      ran.push("highest");
      world.defer(9, () => ran.push("next time"));
    });
    const faults: unknown[] = [];
    world.settle((error) => faults.push(error));
    expect(ran).toEqual(["highest", "high, later", "low"]);
    expect(faults).toHaveLength(1);
    expect(crate.x).toBe(0);
    world.settle();
    expect(ran.at(-1)).toBe("next time");
  });

  test("are bounded", () => {
    const world = createWorld(new WorldState().actors, { maxDeferred: 1 });
    world.defer(0, () => {});
    expect(() => world.defer(0, () => {})).toThrow(expect.objectContaining({ code: "QUEUE_FULL" }));
  });
});

describe("observers", () => {
  test("are called once a change, when the world settles", () => {
    const { world } = room();
    const calls: unknown[] = [];
    const first = world.spawn(new Mob(), "first");
    const stop = world.observe(world.query({ with: [Health], without: [Burning] }), {
      enter: (_, id) => calls.push(["enter", id]),
      change: (_, changes, id) => calls.push(["change", id, changes]),
      leave: (_, id) => calls.push(["leave", id]),
    });
    expect(calls).toEqual([]);
    world.settle();
    expect(calls.splice(0)).toEqual([["enter", "first"]]);

    for (let x = 1; x <= 10; x++) first.x = x;
    first.health.hp = 40;
    first.z = 4;
    first.z = 0;
    world.settle();
    expect(calls.splice(0)).toEqual([
      [
        "change",
        "first",
        [
          { field: "x", from: 0, to: 10 },
          { field: "health.hp", from: 100, to: 40 },
        ],
      ],
    ]);

    world.spawn(new Mob(), "brief");
    world.despawn("brief");
    world.attach(first, Burning);
    world.spawn(new Actor(), "not of the query");
    world.settle();
    expect(calls.splice(0)).toEqual([["leave", "first"]]);

    expect(() => world.batch(() => world.detach(first, Burning) ?? fail())).toThrow();
    first.x = 99;
    world.settle();
    expect(calls).toEqual([]);

    stop();
    world.detach(first, Burning);
    world.settle();
    expect(calls).toEqual([]);
  });

  test("hear nothing of a batch that failed, and one that throws does not silence the others", () => {
    const { world } = room();
    const crate = world.spawn(new Crate(), "c");
    const heard: unknown[] = [];
    const faults: unknown[] = [];
    world.observe(world.query({ is: Crate }), { change: fail });
    world.observe(world.query({ is: Crate }), { change: (_, changes) => heard.push(...changes) });
    world.settle();
    expect(() => world.batch(() => Object.assign(crate, { x: 5 }) && fail())).toThrow();
    world.settle((error) => faults.push(error));
    expect([heard, faults]).toEqual([[], []]);
    crate.x = 6;
    world.settle((error) => faults.push(error));
    expect(heard).toEqual([{ field: "x", from: 0, to: 6 }]);
    expect(faults).toHaveLength(1);
  });

  test("work in the browser too, on a state that a decoder writes", () => {
    const { world, client, patch } = room();
    const mob = world.spawn(new Mob({ x: 1 }), "m");
    patch();
    const view = createWorld(client.actors);
    const calls: unknown[] = [];
    view.observe(view.query({ kind: "mob" }), {
      enter: (_, id) => calls.push(["enter", id]),
      change: (_, changes) => calls.push(changes),
      leave: (_, id) => calls.push(["leave", id]),
    });
    view.settle();
    mob.x = 2;
    mob.health.hp = 7;
    world.spawn(new Mob({ x: 9 }), "n");
    patch();
    view.adopt();
    view.settle();
    expect(calls.splice(0)).toEqual([
      ["enter", "m"],
      ["enter", "n"],
      [
        { field: "x", from: 1, to: 2 },
        { field: "health.hp", from: 100, to: 7 },
      ],
    ]);
    expect(view.near(2, 0, 1)).toEqual([client.actors.get("m")]);
    world.despawn("m");
    patch();
    view.adopt();
    view.settle();
    expect(calls).toEqual([["leave", "m"]]);
  });
});

describe("queries", () => {
  test("follow spawns, despawns, components and kinds, in the order of spawning", () => {
    const { world } = room();
    // The class that the others extend comes first: theirs must be watched all the same.
    world.despawn(world.spawn(new Actor()));
    const all = world.query();
    const burning = world.query({ with: [Health, Burning] });
    const mobs = world.query({ kind: "mob", without: [Burning] });
    expect(world.query({ with: [Health, Burning] })).toBe(burning);
    const a = world.spawn(new Mob(), "a");
    const b = world.spawn(new Mob(), "b");
    const c = world.spawn(new Crate());
    world.attach(b, Burning, { untilTick: 4 });
    a.burning = new Burning();
    expect([...burning]).toEqual([a, b]);
    expect(mobs.size).toBe(0);
    a.burning = undefined;
    expect([...mobs]).toEqual([a]);
    const met: unknown[] = [];
    burning.each((actor, health, fire) => met.push([world.idOf(actor), health.hp, fire.untilTick]));
    expect(met).toEqual([["b", 100, 4]]);
    expect(world.idOf(c)).toBe("crate-2");
    c.kind = "mob";
    expect([...mobs]).toEqual([a, c]);
    world.despawn(a);
    expect([...all]).toEqual([b, c]);
  });

  test("find who is near by where they are now", () => {
    const { world } = room();
    const a = world.spawn(new Crate({ x: 100 }));
    const b = world.spawn(new Mob({ x: 3 }));
    world.spawn(new Mob({ x: 40 }));
    expect(world.near(0, 0, 5)).toEqual([b]);
    a.x = 1;
    expect(world.near(0, 0, 5)).toEqual([a, b]);
    expect(world.query({ is: Mob }).near(0, 0, 5)).toEqual([b]);
    expect(world.query({ is: Mob }).nearest(0, 0, 1)).toEqual([b]);
    const out: Actor[] = [];
    expect(world.near(0, 0, 5, out)).toBe(out);
  });

  test("can be walked while actors come and go", () => {
    const { world } = room();
    for (let i = 0; i < 6; i++) world.spawn(new Crate(), `c${i}`);
    const met: unknown[] = [];
    for (const crate of world.query({ is: Crate })) {
      met.push(world.idOf(crate));
      world.despawn("c2");
      world.spawn(new Crate());
    }
    expect(met).toEqual(["c0", "c1", "c3", "c4", "c5"]);
  });

  test("refuse what cannot be: a double id, no actor, a class that is no component", () => {
    const { world } = room();
    const crate = world.spawn(new Crate(), "c");
    expect(() => world.spawn(new Crate(), "c")).toThrow(expect.objectContaining({ code: "ACTOR_EXISTS" }));
    expect(() => world.spawn(crate, "again")).toThrow(expect.objectContaining({ code: "ACTOR_EXISTS" }));
    expect(() => world.spawn({} as Actor)).toThrow(expect.objectContaining({ code: "ACTOR_INVALID" }));
    expect(() => world.query({ with: [WorldState as never] })).toThrow(
      expect.objectContaining({ code: "COMPONENT_UNKNOWN" }),
    );
    expect(() => world.attach(crate, Burning)).toThrow(
      expect.objectContaining({ code: "COMPONENT_UNKNOWN" }),
    );
    expect(world.despawn("nobody")).toBe(false);
  });
});
