import { Decoder, Encoder, schema, t } from "@colyseus/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Actor, WorldState } from "../../shared/world/actor.ts";
import { componentOf, defineActor, defineComponent } from "../../shared/world/component.ts";

const Health = defineComponent({
  name: "Health",
  fields: { hp: t.uint16().default(100), armour: t.float32().default(0), title: t.string().default("") },
  limits: { hp: { max: 100 }, armour: { min: 0, max: 0.1 }, title: { maxLength: 8, oneOf: ["", "elite"] } },
});
const Burning = defineComponent({ name: "Burning", fields: { untilTick: t.uint32().default(0) } });
const Deer = defineActor("deer", {
  components: { health: Health, burning: t.ref(Burning).optional() },
  fields: { herd: t.uint8().default(0), tags: t.array("string") },
});

/** Runs a state through a stock encoder and decoder: what a client that joins now would hold. */
function joined(state: InstanceType<typeof WorldState>): { actors: Map<string, Record<string, unknown>> } {
  const encoder = new Encoder(state);
  const copy = new WorldState();
  const decoder = new Decoder(copy);
  // As a room does: the client learns the classes, those inside the map included, by the shared table of
  // types.
  decoder.decode(encoder.encodeAll());
  return copy as never;
}

describe("components", () => {
  test("an actor is composed of components, each with its own defaults", () => {
    const one = new Deer({ x: 3, herd: 2 });
    const other = new Deer();
    one.health.hp -= 10;
    expect([one.kind, one.x, one.herd, one.health.hp]).toEqual(["deer", 3, 2, 90]);
    expect([other.kind, other.health.hp, other.burning]).toEqual(["deer", 100, undefined]);
    expect(one).toBeInstanceOf(Actor);
  });

  test("wrong types do not compile", () => {
    const deer = new Deer();
    // @ts-expect-error a number is asked for
    expect(() => (deer.health.hp = "ninety")).toThrow();
    // @ts-expect-error no such component
    expect(deer.mana).toBeUndefined();
    // @ts-expect-error no such field
    new Deer({ antlers: 2 });
    const bad = () => {
      // @ts-expect-error a limit that a text does not have
      defineComponent({ name: "A", fields: { a: t.string() }, limits: { a: { min: 1 } } });
    };
    const worse = () => {
      // @ts-expect-error a limit on a field that is not there
      defineComponent({ name: "B", fields: { b: t.string() }, limits: { c: { maxLength: 1 } } });
    };
    expect(worse).toThrow(expect.objectContaining({ code: "COMPONENT_INVALID" }));
    expect(bad).not.toThrow();
    // @ts-expect-error a value where a component is asked for
    expect(() => defineActor("stone", { components: { weight: 3 } })).toThrow();
  });

  test("a wrong type or a value out of limits is refused by name and changes nothing", () => {
    const health = new Health();
    const refused: [keyof InstanceType<typeof Health>, unknown, RegExp][] = [
      ["hp", "90", /Health\.hp must be a finite number; got "90"/],
      ["hp", Number.NaN, /finite/],
      ["hp", Number.POSITIVE_INFINITY, /finite/],
      ["hp", 101, /Health\.hp must be at most 100; got 101/],
      ["hp", -1, /at least 0/],
      ["hp", 1.5, /whole number/],
      ["hp", undefined, /finite number/],
      ["title", "boss", /one of/],
      ["title", "x".repeat(9), /at most 8 characters/],
      ["title", 4, /must be a text/],
    ];
    for (const [field, value, message] of refused) {
      expect(() => Object.assign(health, { [field]: value })).toThrow(
        expect.objectContaining({ code: "COMPONENT_INVALID", message: expect.stringMatching(message) }),
      );
    }
    expect(() => new Health({ hp: 500 })).toThrow(expect.objectContaining({ code: "COMPONENT_INVALID" }));
    expect(health.toJSON()).toEqual({ hp: 100, armour: 0, title: "" });
  });

  test("any number is either kept or refused, and what is kept is in the limits", () => {
    fc.assert(
      fc.property(fc.oneof(fc.double(), fc.integer({ min: -300, max: 300 })), (hp) => {
        const health = new Health();
        let refused = false;
        try {
          health.hp = hp;
        } catch {
          refused = true;
        }
        const fits = Number.isInteger(hp) && hp >= 0 && hp <= 100;
        expect(refused).toBe(!fits);
        expect(health.hp).toBe(fits ? hp : 100);
      }),
    );
  });

  test("a bad default, a collection in a component and a foreign class are errors of the definition", () => {
    const overfull = { name: "A", fields: { a: t.uint8().default(9) }, limits: { a: { max: 5 } } };
    expect(() => defineComponent(overfull)).toThrow(expect.objectContaining({ code: "COMPONENT_INVALID" }));
    expect(() => defineComponent({ name: "B", fields: { b: t.array("string") } })).toThrow(
      expect.objectContaining({ code: "COMPONENT_INVALID" }),
    );
    const Foreign = schema({ a: t.uint8() }, "Foreign");
    expect(() => defineActor("stone", { components: { foreign: Foreign } })).toThrow(
      expect.objectContaining({ code: "COMPONENT_UNKNOWN" }),
    );
    expect(() => componentOf(new Deer(), Foreign)).toThrow(
      expect.objectContaining({ code: "COMPONENT_UNKNOWN" }),
    );
  });

  test("a component is found by its class, and an absent one is undefined", () => {
    const deer = new Deer();
    expect(componentOf(deer, Health)).toBe(deer.health);
    expect(componentOf(deer, Burning)).toBeUndefined();
    deer.burning = new Burning({ untilTick: 7 });
    expect(componentOf(deer, Burning)?.untilTick).toBe(7);
    expect(componentOf(new Actor(), Health)).toBeUndefined();
  });

  test("a client decodes the components with the stock decoder, float32 rounding at a limit included", () => {
    const state = new WorldState();
    const deer = new Deer({ x: 1, herd: 3 });
    deer.health.armour = 0.1;
    deer.health.hp = 42;
    state.actors.set("d", deer);
    const seen = joined(state).actors.get("d") as never as InstanceType<typeof Deer>;
    expect(seen.health.armour).toBeCloseTo(0.1);
    expect(seen.toJSON()).toMatchObject({ kind: "deer", x: 1, herd: 3, health: { hp: 42 } });
  });
});
