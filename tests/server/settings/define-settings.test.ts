import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineSettings } from "../../../server/settings/define-settings.ts";
import { readProfile } from "../../../server/settings/profile.ts";

const folder = mkdtempSync(join(tmpdir(), "roomkeep-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const read = (env: Record<string, string> = {}, path?: string) =>
  defineSettings(
    {
      prefix: "YARD",
      shape: {
        roundSeconds: z.int().min(10).default(180),
        greeting: z.string().default("Hello"),
        isNight: z.boolean().default(false),
        isOpen: z.coerce.boolean().default(true),
        colors: z.array(z.string()).default([]),
        shop: z.object({ price: z.number() }).optional(),
      },
      profiles: { development: { roundSeconds: 30, greeting: "dev" }, test: { roundSeconds: 10 } },
      ...(path !== undefined && { file: path }),
    },
    env,
  );
const refuses = (...texts: string[]) =>
  expect.objectContaining({
    code: "CONFIG_INVALID",
    message: expect.stringMatching(new RegExp(texts.map((text) => `(?=.*${text})`).join(""))),
  });

describe("settings of a game", () => {
  it("are typed, and come from defaults, profile, file and environment, the last one winning", () => {
    const path = file("some.json", '{ "roundSeconds": 50, "greeting": "file" }');
    expectTypeOf(read().roundSeconds).toEqualTypeOf<number>();
    expect(read()).toMatchObject({ roundSeconds: 180, greeting: "Hello" });
    const development = { ROOMKEEP_PROFILE: "development" };
    expect(read(development)).toMatchObject({ roundSeconds: 30, greeting: "dev" });
    expect(read(development, path)).toMatchObject({ roundSeconds: 50, greeting: "file" });
    const all = { ...development, YARD_ROUND_SECONDS: "60", YARD_GREETING: "" };
    expect(read(all, path)).toMatchObject({ roundSeconds: 60, greeting: "file" });
    const other = file("other.json", '{ "roundSeconds": 70 }');
    expect(read({ YARD_SETTINGS_FILE: other }, path)).toMatchObject({ roundSeconds: 70, greeting: "Hello" });
    expect(Object.isFrozen(read())).toBe(true);
  });

  it("take numbers, booleans and JSON as text, and text that looks like them as text", () => {
    expect(
      read({
        YARD_GREETING: "30",
        YARD_IS_NIGHT: "true",
        YARD_IS_OPEN: "false",
        YARD_COLORS: '["red"]',
        YARD_SHOP: '{"price":1.5}',
      }),
    ).toEqual({
      roundSeconds: 180,
      greeting: "30",
      isNight: true,
      isOpen: false,
      colors: ["red"],
      shop: { price: 1.5 },
    });
  });

  it("that are wrong are refused by the name of who said them, and never by what they said", () => {
    const secret = { YARD_ROUND_SECONDS: "s3cret", YARD_IS_NIGHT: "s3cret", YARD_SHOP: '{"price":"s3cret"}' };
    const wrong = () => read(secret);
    expect(wrong).toThrow(refuses("YARD_ROUND_SECONDS \\(", "YARD_IS_NIGHT \\(", "YARD_SHOP.price \\("));
    expect(wrong).not.toThrow(/s3cret/);
    expect(() => read({ YARD_ROUND_SECONDS: "9" })).toThrow(refuses("YARD_ROUND_SECONDS \\(Too small"));
    const odd = file("odd.json", '{ "roundSecond": 50, "greeting": 4 }');
    expect(() => read({}, odd)).toThrow(
      refuses("roundSecond in .*odd.json \\(there is no such setting", "greeting in .*odd.json"),
    );
    for (const [name, text] of Object.entries({ "list.json": "[]", "broken.json": "{ s3cret" })) {
      expect(() => read({}, file(name, text))).toThrow(
        refuses(`${name} cannot be used: it is no JSON object`),
      );
    }
    expect(() => read({}, join(folder, "none.json"))).toThrow(refuses("none.json", "ENOENT"));
    const needed = () => defineSettings({ prefix: "YARD", shape: { key: z.string() } }, {});
    expect(needed).toThrow(refuses("YARD_KEY \\("));
    const profile = () =>
      defineSettings({ prefix: "YARD", shape: { n: z.int() }, profiles: { production: { n: 1.5 } } }, {});
    expect(profile).toThrow(refuses("n of the profile production \\("));
    for (const prefix of ["yard", "ROOMKEEP", "ROOMKEEP_YARD", ""])
      expect(() => defineSettings({ prefix, shape: {} }, {})).toThrow(refuses("cannot begin"));
  });
});

describe("profiles of a game's own", () => {
  const of = (profile: string, profiles: Record<string, { inherits?: string; n?: number; m?: number }>) =>
    defineSettings(
      { prefix: "YARD", shape: { n: z.int().default(1), m: z.int().default(1) }, profiles },
      { ROOMKEEP_PROFILE: profile },
    );

  it("inherit another one's values, and what that inherits", () => {
    const profiles = {
      test: { n: 2, m: 2 },
      stress: { inherits: "test", m: 3 },
      soak: { inherits: "stress", n: 4 },
      bare: { inherits: "production" },
    };
    expect(of("stress", profiles)).toEqual({ n: 2, m: 3 });
    expect(of("soak", profiles)).toEqual({ n: 4, m: 3 });
    expect(of("bare", profiles)).toEqual({ n: 1, m: 1 });
  });

  it("that cannot be are refused, also where another one is in use", () => {
    expect(() => of("production", { stress: { inherits: "tset" } })).toThrow(
      refuses("stress", 'inherits "tset", which there is not'),
    );
    expect(() => of("production", { a: { inherits: "b" }, b: { inherits: "a" } })).toThrow(
      refuses("circle: a -> b -> a"),
    );
    expect(() => of("production", { "Load Test": {} })).toThrow(refuses("cannot be the name of a profile"));
    expect(() => of("sterss", { stress: { inherits: "test" } })).toThrow(
      refuses("ROOMKEEP_PROFILE", "stress"),
    );
    expect(() => of("stress", { stress: { inherits: "test", n: 1.5 } })).toThrow(
      refuses("n of the profile stress \\("),
    );
    const shape = { inherits: z.string().default("") };
    expect(() => defineSettings({ prefix: "YARD", shape }, {})).toThrow(refuses('called "inherits"'));
  });
});

it("the profile is the operator's, else that of Node, else production", () => {
  expect(readProfile({ ROOMKEEP_PROFILE: "test", NODE_ENV: "development" })).toBe("test");
  expect(readProfile({ NODE_ENV: "development" })).toBe("development");
  expect(readProfile({ ROOMKEEP_PROFILE: "", NODE_ENV: "staging" })).toBe("production");
  expect(() => readProfile({ ROOMKEEP_PROFILE: "staging" })).toThrow(refuses("ROOMKEEP_PROFILE"));
});
