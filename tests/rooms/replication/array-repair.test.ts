import type { Client } from "@colyseus/core";
import { SchemaSerializer } from "@colyseus/core";
import { type ArraySchema, type Decoder, Reflection, schema, t } from "@colyseus/schema";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { StableSerializer } from "../../../rooms/replication/stable-serializer.ts";

const Item = schema({ label: t.string().default(""), notes: t.array("string") }, "OrderItem");
type Item = InstanceType<typeof Item>;
const Bag = schema({ words: t.array("string"), items: t.array(Item) }, "OrderBag");
type Bag = InstanceType<typeof Bag>;
const item = (label: string): Item => new Item().assign({ label });

/** A room's state behind a serializer, and a client on the stock decoder. */
class Trial {
  readonly state = new Bag();
  readonly #serializer: SchemaSerializer<Bag>;
  readonly #decoder: Decoder<Bag>;
  readonly #client: Client;

  constructor(serializer: SchemaSerializer<Bag>) {
    this.#serializer = serializer;
    this.state.words.push("a", "b", "c");
    this.state.items.push(item("a"), item("b"), item("c"));
    serializer.reset(this.state);
    this.#decoder = Reflection.decode(Uint8Array.from(serializer.handshake())) as Decoder<Bag>;
    const raw = (bytes: Uint8Array): unknown => this.#decoder.decode(Uint8Array.from(bytes), { offset: 1 });
    this.#client = {
      state: 1,
      sessionId: "s",
      ref: { bufferedAmount: 0, readyState: 0 },
      raw,
    } as unknown as Client;
    serializer.applyPatches([], this.state);
    raw(serializer.getFullState(this.#client));
  }

  patch(): void {
    this.#serializer.applyPatches([this.#client], this.state);
  }

  get shown(): string {
    return text(this.#decoder.state);
  }
}

function text({ words, items }: Bag): string {
  return JSON.stringify([[...words], [...items].map(({ label, notes }) => [label, ...notes])]);
}

type Op = readonly [onItems: boolean, kind: number, at: number, some: number, label: string];

function apply(state: Bag, [onItems, kind, at, some, label]: Op): void {
  const array = (onItems ? state.items : state.words) as ArraySchema<Item | string>;
  const made = Array.from({ length: some }, (_, i) => (onItems ? item(label + i) : label + i));
  const within = Math.min(at, array.length);
  const steps = [
    () => array.push(...made),
    () => array.unshift(...made),
    () => array.pop(),
    () => array.shift(),
    () => array.splice(within, Math.min(some, array.length - within), ...made.slice(at % 2)),
    () => array.length > 0 && made[0] && array.splice(within % array.length, 1, made[0]),
    () => {
      if (array.length > 0 && made[0]) array[at % array.length] = made[0];
    },
    () => array.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    () => array.reverse(),
    () => some === 2 && array.clear(),
    () => {
      const held = state.items[at];
      if (held) held.label = label;
      held?.notes.push(label);
    },
  ];
  steps[kind % steps.length]?.();
}

const op = fc.tuple(
  fc.boolean(),
  fc.nat(10),
  fc.nat(5),
  fc.nat(2),
  fc.string({ minLength: 1, maxLength: 2 }),
);
const scripts = fc.array(fc.array(op, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });

/** How many of the scripts end with a client that shows something else than the room has. */
function wrong(open: () => SchemaSerializer<Bag>, runs: number): number {
  let failures = 0;
  for (const script of fc.sample(scripts, { seed: 20_261_121, numRuns: runs })) {
    const trial = new Trial(open());
    const agrees = script.every((ops) => {
      for (const one of ops) apply(trial.state, one);
      try {
        trial.patch();
      } catch {
        return false;
      }
      return trial.shown === text(trial.state);
    });
    if (!agrees) failures++;
  }
  return failures;
}

beforeEach(() => {
  for (const level of ["warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
});
afterEach(() => vi.restoreAllMocks());

test("a client shows an array as the room has it, whatever was done to it within a tick", () => {
  expect(wrong(() => new StableSerializer<Bag>(), 2000)).toBe(0);
});

test("the stock serializer shows some of these otherwise: the reason why arrays are mended", () => {
  expect(wrong(() => new SchemaSerializer<Bag>(), 1000)).toBeGreaterThan(10);
});

test("a splice at the end after a shift puts the entry last", () => {
  const shown = (serializer: SchemaSerializer<Bag>): unknown => {
    const trial = new Trial(serializer);
    trial.state.words.shift();
    trial.state.words.splice(2, 0, "x");
    trial.patch();
    return JSON.parse(trial.shown)[0];
  };
  expect(shown(new StableSerializer<Bag>())).toEqual(["b", "c", "x"]);
  expect(shown(new SchemaSerializer<Bag>())).toEqual(["b", "x", "c"]);
});
