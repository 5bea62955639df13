import { Decoder, Encoder, StateView, t } from "@colyseus/schema";
import { describe, expect, test } from "vitest";
import { WorldState } from "../../shared/world/actor.ts";
import { defineActor, defineComponent } from "../../shared/world/component.ts";
import { fixed, internal, own, showOwn } from "../../shared/world/fields/field-visibility.ts";

const Purse = defineComponent({ name: "Purse", fields: { note: own(t.string().default("")) } });
const Hero = defineActor("hero", {
  components: { purse: Purse },
  fields: {
    title: t.string().default(""),
    secret: own(t.string().default("")),
    plan: internal(t.string().default("")),
  },
});
const State = WorldState.extend(
  {
    motto: t.string().default(""),
    rules: fixed(t.string().default("")),
    seed: internal(t.string().default("")),
  },
  "State",
);

/** A state with heroes Ada and Bea, whose every secret is a canary, and the frames that their clients get. */
function room() {
  const state = new State();
  const encoder = new Encoder(state);
  const views = { ada: new StateView(), bea: new StateView() };
  const heroes = { ada: new Hero(), bea: new Hero() };
  const write = (mark: string) => {
    state.motto = `GLOBAL-${mark}`;
    state.rules = `CONFIG-${mark}`;
    state.seed = `INTERNAL-room-${mark}`;
    for (const [name, hero] of Object.entries(heroes)) {
      hero.title = `WORLD-${name}-${mark}`;
      hero.secret = `OWN-${name}-${mark}`;
      hero.purse.note = `PURSE-${name}-${mark}`;
      hero.plan = `INTERNAL-${name}-${mark}`;
    }
  };
  for (const name of ["ada", "bea"] as const) {
    state.actors.set(name, heroes[name]);
    showOwn(views[name], heroes[name]);
  }
  /** As Colyseus's serializer does it: shared bytes first, then each client's own behind them. */
  const frames = (kind: "full" | "patch"): Record<"ada" | "bea", Buffer> => {
    const it = { offset: 0 };
    if (kind === "full") encoder.encodeAll(it);
    else encoder.encode(it);
    const shared = it.offset;
    const one = (view: StateView) => {
      const bytes =
        kind === "full" ? encoder.encodeAllView(view, shared, it) : encoder.encodeView(view, shared, it);
      return Buffer.from(bytes);
    };
    const both = { ada: one(views.ada), bea: one(views.bea) };
    encoder.discardChanges();
    return both;
  };
  return { state, heroes, views, write, frames };
}

/** The canaries in a raw frame, each once: a view that was just given an instance sends it twice. */
const canaries = (frame: Buffer) =>
  [
    ...new Set(
      [
        ...frame
          .toString("latin1")
          .matchAll(/(?:GLOBAL|CONFIG|WORLD|OWN|PURSE|INTERNAL)-[a-z]+(?:-[a-z]+)?/g),
      ].map(([canary]) => canary),
    ),
  ].sort();

describe("state by role", () => {
  test("in the full state each sees the global, the world, the configuration and one's own", () => {
    const { write, frames } = room();
    write("first");
    const { ada, bea } = frames("full");
    const all = ["CONFIG-first", "GLOBAL-first", "WORLD-ada-first", "WORLD-bea-first"];
    expect(canaries(ada)).toEqual([...all, "OWN-ada-first", "PURSE-ada-first"].sort());
    expect(canaries(bea)).toEqual([...all, "OWN-bea-first", "PURSE-bea-first"].sort());
  });

  test("in a patch as well, without the configuration", () => {
    const { write, frames } = room();
    frames("full");
    write("later");
    const { ada, bea } = frames("patch");
    const all = ["GLOBAL-later", "WORLD-ada-later", "WORLD-bea-later"];
    expect(canaries(ada)).toEqual([...all, "OWN-ada-later", "PURSE-ada-later"].sort());
    expect(canaries(bea)).toEqual([...all, "OWN-bea-later", "PURSE-bea-later"].sort());
  });

  test("a change of one's own alone reaches nobody else, and an internal one nobody", () => {
    const { heroes, state, frames } = room();
    frames("full");
    frames("patch");
    heroes.ada.secret = "OWN-ada";
    heroes.ada.plan = "INTERNAL-ada";
    state.seed = "INTERNAL-room";
    const { ada, bea } = frames("patch");
    expect(canaries(ada)).toEqual(["OWN-ada"]);
    expect(bea.length).toBe(0);
  });

  test("the stock client reads its own and has nothing of another's", () => {
    const { write, frames } = room();
    write("first");
    const client = new State();
    const decoder = new Decoder(client);
    decoder.decode(frames("full").ada);
    write("second");
    decoder.decode(frames("patch").ada);
    const hero = (name: string) => client.actors.get(name) as unknown as InstanceType<typeof Hero>;
    expect([hero("ada").secret, hero("ada").purse.note]).toEqual(["OWN-ada-second", "PURSE-ada-second"]);
    expect([hero("bea").secret, hero("bea").purse.note]).not.toContain("OWN-bea-second");
    expect(hero("bea").title).toBe("WORLD-bea-second");
    expect([client.motto, client.rules]).toEqual(["GLOBAL-second", "CONFIG-first"]);
  });
});
