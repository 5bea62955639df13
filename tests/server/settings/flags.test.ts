import { createHash } from "node:crypto";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import { defineFlags } from "../../../server/flags/define-flags.ts";
import { definedFlags } from "../../../server/flags/defined-flags.ts";
import type { FlagRule } from "../../../server/flags/flag-rules.ts";

const flags = defineFlags({
  "double-coins": { description: "Crates give twice as much.", default: false },
  "night-market": { description: "Opens at night.", default: true },
  "crate-look": { description: "Paint.", default: "oak", values: ["oak", "pine", "iron"], page: true },
});

/** Sets the rules of one flag, as the process does that reads them from the database. */
function set(name: string, rules: readonly FlagRule[], version = "1.4.2") {
  const refused = definedFlags().map((one) => one.follow(new Map([[name, rules]]), version));
  return Object.fromEntries(refused.flatMap((all) => [...all]));
}
afterEach(() => void definedFlags().map((one) => one.follow(new Map(), "")));

const player = (accountId = "a", role: "player" | "moderator" | "admin" = "player") => ({ accountId, role });
/** Ten thousand ids that are always the same, in the form of accounts. */
const ids = Array.from({ length: 10_000 }, (_, i) => {
  const hex = createHash("md5").update(`account ${i}`).digest("hex");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
});
const chosen = (flag: "double-coins" | "night-market") =>
  new Set(ids.filter((id) => flags.on(flag, player(id))));

describe("flags", () => {
  it("have their default until an operator says otherwise, and are typed", () => {
    expect(flags.on("double-coins", player())).toBe(false);
    expect(flags.on("night-market", player())).toBe(true);
    expect(flags.value("crate-look", player())).toBe("oak");
    expectTypeOf(flags.value("crate-look", player())).toEqualTypeOf<"iron" | "oak" | "pine">();
    expectTypeOf(flags.value("double-coins", player())).toEqualTypeOf<boolean>();
    set("double-coins", [{ value: true }]);
    expect(flags.on("double-coins", player())).toBe(true);
    // As rooms have them.
    const inRoom = { role: "player", claim: { sheet: { accountId: "a" } } } as Parameters<typeof flags.on>[1];
    expect(flags.on("double-coins", inRoom)).toBe(true);
  });

  it("that there are not are an error of types, and of the running server", () => {
    const unknown = expect.objectContaining({ code: "FLAG_UNKNOWN" });
    // @ts-expect-error there is no such flag
    expect(() => flags.on("dubble-coins", player())).toThrow(unknown);
    // @ts-expect-error there is no such flag
    expect(() => flags.value("toString", player())).toThrow(unknown);
    // @ts-expect-error it has values
    expect(() => flags.on("crate-look", player())).toThrow(unknown);
    const wrong = expect.objectContaining({ code: "CONFIG_INVALID" });
    expect(() => defineFlags({ Big: { description: "", default: true } })).toThrow(wrong);
    expect(() => defineFlags({ look: { description: "", default: "oak" } })).toThrow(wrong);
    expect(() => defineFlags({ look: { description: "", default: "oak", values: ["ok"] } })).toThrow(wrong);
  });

  it.each([0, 0.5, 5, 25, 50, 90, 100])(
    "on for %s percent are so for that share of the accounts",
    (percent) => {
      set("double-coins", [{ percent, value: true }]);
      const share = chosen("double-coins").size / ids.length;
      // Of ten thousand by chance: of half of them the standard deviation is 5 per mille.
      expect(Math.abs(share - percent / 100)).toBeLessThanOrEqual(0.01);
    },
  );

  it("keep everybody they had when the share grows, and give the same answer again", () => {
    let before = new Set<string>();
    for (const percent of [1, 2, 10, 33.3, 34, 75, 100]) {
      set("double-coins", [{ percent, value: true }]);
      const now = chosen("double-coins");
      expect(chosen("double-coins")).toEqual(now);
      expect([...before].filter((id) => !now.has(id))).toEqual([]);
      expect(now.size).toBeGreaterThan(before.size);
      before = now;
    }
  });

  it("choose others than another flag does", () => {
    set("double-coins", [{ percent: 50, value: true }]);
    const some = chosen("double-coins");
    set("night-market", [{ percent: 50, value: true }, { value: false }]);
    const others = chosen("night-market");
    const both = [...some].filter((id) => others.has(id)).length / ids.length;
    expect(Math.abs(both - 0.25)).toBeLessThan(0.013);
  });

  it("go by the hash that the docs name: SHA-256 of flag and account, 48 bits", () => {
    const id = "6f1c2a34-0000-4000-8000-000000000001";
    const hex = createHash("sha256").update(`double-coins:${id}`).digest("hex").slice(0, 12);
    const percent = (Number.parseInt(hex, 16) / 2 ** 48) * 100;
    set("double-coins", [{ percent: percent + 1e-9, value: true }]);
    expect(flags.on("double-coins", player(id))).toBe(true);
    set("double-coins", [{ percent: percent - 1e-9, value: true }]);
    expect(flags.on("double-coins", player(id))).toBe(false);
    // Written down: another hash would choose other players.
    expect(percent).toBeCloseTo(12.921422633886337, 9);
  });

  it("combine conditions: within a rule by and, between rules by their order", () => {
    const friend = ids[3] ?? "";
    set("crate-look", [
      { accounts: [friend], value: "iron" },
      { role: "moderator", versions: [">=1.4", "commit-7"], value: "pine" },
      { role: "moderator", value: "oak" },
    ]);
    const look = (id: string, role: "player" | "moderator" | "admin" = "player") =>
      flags.value("crate-look", player(id, role));
    expect(look(friend, "admin")).toBe("iron");
    expect(look("x", "moderator")).toBe("pine");
    expect(look("x", "admin")).toBe("pine");
    expect(look("x")).toBe("oak");
    const rule: FlagRule = { role: "moderator", accounts: [friend], percent: 0, value: "pine" };
    set("crate-look", [rule]);
    expect(look(friend, "moderator")).toBe("oak");
    set("crate-look", [{ ...rule, percent: 100 }]);
    expect(look(friend, "moderator")).toBe("pine");
    expect(look(friend, "player")).toBe("oak");
    expect(look("x", "moderator")).toBe("oak");
  });

  it.each([
    ["1.4.2", ["1.4.2"], true],
    ["1.4.2", [">=1.4"], true],
    ["1.4.2", [">=1.4.3", "<1.4"], false],
    ["1.10.0", [">=1.9"], true],
    ["2.0.0-rc.1", ["<2"], false],
    ["commit-7", ["commit-7"], true],
    ["commit-7", [">=0", "<9"], false],
  ])("in the version %s with %j: %s", (version, versions, fits) => {
    set("double-coins", [{ versions, value: true }], version);
    expect(flags.on("double-coins", player())).toBe(fits);
  });

  it("refuse rules that do not fit, with the place and the reason", () => {
    const check = (name: string, rules: unknown) => () =>
      definedFlags()
        .find((one) => one.has(name))
        ?.check(name, rules);
    const refuses = (...texts: string[]) =>
      expect.objectContaining({
        code: "FLAG_INVALID",
        message: expect.stringMatching(new RegExp(texts.map((text) => `(?=.*${text})`).join(""))),
      });
    expect(check("crate-look", [{ value: "steel" }])).toThrow(refuses("0.value", "none of oak, pine, iron"));
    expect(check("double-coins", [{ value: true }, { percent: 101, value: true }])).toThrow(
      refuses("1.percent", "100"),
    );
    expect(check("double-coins", [{ percent: Number.NaN, value: true }])).toThrow(refuses("0.percent"));
    expect(check("double-coins", [{ accounts: ["Ann"], value: true }])).toThrow(refuses("0.accounts.0"));
    expect(check("double-coins", [{ versions: [">=new"], value: true }])).toThrow(refuses("no version"));
    expect(check("double-coins", [{ persent: 5, value: true }])).toThrow(refuses("persent"));
    expect(check("double-coins", { value: true })).toThrow(refuses("array"));
    const upper = "6F1C2A34-0000-4000-8000-00000000000A";
    expect(check("double-coins", [{ accounts: [upper], value: true }])()).toEqual([
      { accounts: [upper.toLowerCase()], value: true },
    ]);
  });

  it("set stored rules aside that do not fit any more, and go on with the default", () => {
    expect(set("crate-look", [{ value: "steel" }])).toEqual({
      "crate-look": expect.stringContaining("none of"),
    });
    expect(flags.value("crate-look", player())).toBe("oak");
    const state = definedFlags()[0]
      ?.states()
      .find(({ name }) => name === "crate-look");
    expect(state).toMatchObject({ rules: [], refused: expect.stringContaining("none of") });
  });
});
