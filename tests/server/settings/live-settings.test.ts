import type { DataSource } from "typeorm";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineFlags } from "../../../server/flags/define-flags.ts";
import {
  type AskedChange,
  type LiveSettings,
  openLiveSettings,
} from "../../../server/settings/live-settings.ts";
import { readChanges, readLastChanges } from "../../../server/settings/live-store.ts";
import { fromEnvironment } from "../../../server/settings/read-settings.ts";
import { openSettingGroup, type SettingGroup } from "../../../server/settings/setting-group.ts";
import { watchSetting } from "../../../server/settings/watch-setting.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const flags = defineFlags({ "big-heads": { description: "Heads are big.", default: false } });

const shape = {
  roundSeconds: z.int().min(10).max(3_600).default(180).meta({ live: true }).describe("Length of a round."),
  greeting: z.string().max(20).default("Hello").meta({ live: true }),
  least: z.int().default(1).meta({ live: true }),
  most: z.int().default(9).meta({ live: true }),
  seats: z.int().min(1).default(8),
  apiKey: z.string().default("s3cret"),
  webhook: z.string().default("s3cret").meta({ secret: true, live: true }),
};
type Yard = z.output<z.ZodObject<typeof shape>>;

/** The settings of a process. */
function openYard(env: Record<string, string> = {}, more: Record<string, unknown> = {}) {
  const schema = z
    .strictObject({ ...shape, ...(more as object) })
    .refine(({ least, most }) => least <= most, "least must not be above most");
  return openSettingGroup({
    owner: "YARD",
    schema,
    below: [{ values: { greeting: "Hi" }, nameOf: (key) => key, from: "profile" }],
    variables: fromEnvironment("YARD", Object.keys(schema.shape), env),
    what: "These settings",
  }) as unknown as SettingGroup<Yard>;
}

interface Warned {
  readonly fields: object;
  readonly message: string;
}

describeOnEachDatabase("live settings", (open) => {
  /** A process on the database: its settings, and how an operator changes them. */
  async function start(ds: DataSource, yard: SettingGroup<Yard> = openYard()) {
    const warned: Warned[] = [];
    const log = {
      info: () => {},
      warn: (fields: object, message: string) => void warned.push({ fields, message }),
    };
    const live = await openLiveSettings({
      ds,
      log: log as never,
      groups: [yard as unknown as SettingGroup],
      profile: "test",
      version: "1.0.0",
      looks: false,
    });
    const by = { accountId: undefined, caller: "operator ann" };
    const asked = (name: string, reason = "a test"): AskedChange => ({ name, by, reason });
    const state = (name: string) => live.settings().find((one) => one.name === name);
    return {
      live,
      yard: yard.values,
      warned,
      state,
      set: (name: string, text: string) =>
        ds.transaction((db) => live.set(db, asked(name, `to ${text}`), text)).then(follow(live)),
      reset: (name: string) => ds.transaction((db) => live.reset(db, asked(name))).then(follow(live)),
      setFlag: (name: string, rules: unknown) =>
        ds.transaction((db) => live.setFlag(db, asked(name), rules)).then(follow(live)),
      resetFlag: (name: string) => ds.transaction((db) => live.resetFlag(db, asked(name))).then(follow(live)),
    };
  }
  const follow =
    (live: LiveSettings) =>
    async <T>(changed: T): Promise<T> => {
      await live.look();
      return changed;
    };
  const code = (name: string, ...texts: string[]) =>
    expect.objectContaining({
      code: name,
      message: expect.stringMatching(new RegExp(texts.map((text) => `(?=.*${text})`).join(""))),
    });

  it("are read from the same object, in every process that looks", async () => {
    const { ds } = await open();
    const one = await start(ds);
    const two = await start(ds);
    const heard: number[] = [];
    const stop = watchSetting(two.yard, "roundSeconds", (seconds) => void heard.push(seconds));
    expect(await one.set("YARD_ROUND_SECONDS", "60")).toEqual({ before: undefined, after: 60 });
    expect([one.yard.roundSeconds, two.yard.roundSeconds]).toEqual([60, 180]);
    await two.live.look();
    expect(two.yard.roundSeconds).toBe(60);
    await two.set("YARD_GREETING", "60");
    expect(two.yard.greeting).toBe("60");
    await one.live.look();
    expect(await one.reset("YARD_ROUND_SECONDS")).toEqual({ before: 60, after: undefined });
    await two.live.look();
    expect(two.yard).toMatchObject({ roundSeconds: 180, greeting: "60" });
    stop();
    await two.set("YARD_ROUND_SECONDS", "90");
    // Once a change of its own value, and none after it was stopped.
    expect(heard).toEqual([60, 180]);
    // What a process begins with has it already.
    expect((await start(ds)).yard.roundSeconds).toBe(90);
  });

  it("go back to what they began with when the process closes", async () => {
    const { ds } = await open();
    const one = await start(ds);
    await one.set("YARD_SEATS", "4");
    await one.set("YARD_ROUND_SECONDS", "60");
    one.live.close();
    expect(one.yard).toMatchObject({ roundSeconds: 180, seats: 8 });
  });

  it("say what they may be, where each value is from, and what waits for a restart", async () => {
    const { ds } = await open();
    const one = await start(ds, openYard({ YARD_MOST: "12" }));
    expect(one.state("YARD_ROUND_SECONDS")).toEqual({
      name: "YARD_ROUND_SECONDS",
      owner: "YARD",
      description: "Length of a round.",
      schema: { type: "integer", minimum: 10, maximum: 3_600, default: 180, live: undefined },
      value: 180,
      from: "default",
      change: "live",
    });
    expect(one.state("YARD_GREETING")).toMatchObject({ value: "Hi", from: "profile" });
    expect(one.state("YARD_MOST")).toMatchObject({ value: 12, from: "environment", change: "live" });
    await one.set("YARD_GREETING", "Hey");
    expect(one.state("YARD_GREETING")).toMatchObject({ value: "Hey", from: "live" });
    await one.set("YARD_SEATS", "4");
    expect(one.yard.seats).toBe(8);
    expect(one.state("YARD_SEATS")).toMatchObject({
      value: 8,
      from: "default",
      change: "restart",
      waiting: { value: 4 },
    });
    const restarted = await start(ds);
    expect(restarted.state("YARD_SEATS")).toMatchObject({ value: 4, from: "live" });
    expect(restarted.state("YARD_SEATS")).not.toHaveProperty("waiting");
    await restarted.reset("YARD_SEATS");
    expect(restarted.state("YARD_SEATS")).toMatchObject({ value: 4, from: "live", waiting: {} });
    expect(restarted.state("YARD_SEATS")?.waiting).not.toHaveProperty("value");
  });

  it("never show a secret, by its mark or by its name, and do not change one", async () => {
    const { ds } = await open();
    const one = await start(ds);
    expect(one.state("YARD_API_KEY")).toBeUndefined();
    expect(one.state("YARD_WEBHOOK")).toBeUndefined();
    expect(JSON.stringify(one.live.settings())).not.toContain("s3cret");
    await expect(one.set("YARD_WEBHOOK", "other")).rejects.toThrow(code("SETTING_UNKNOWN"));
    // Nor by a row that somebody wrote.
    await ds.query(
      "INSERT INTO live_setting (kind, name, value) VALUES ('setting', 'YARD_API_KEY', '\"x\"')",
    );
    expect((await start(ds)).yard.apiKey).toBe("s3cret");
  });

  it("refuse a wrong value with its reason, and change nothing", async () => {
    const { ds } = await open();
    const one = await start(ds);
    const version = () => ds.query("SELECT value FROM setting WHERE key = 'live-settings'");
    const before = await version();
    await expect(one.set("YARD_ROUND_SECONDS", "5")).rejects.toThrow(
      code("SETTING_INVALID", "YARD_ROUND_SECONDS", ">=10"),
    );
    await expect(one.set("YARD_ROUND_SECONDS", "soon")).rejects.toThrow(code("SETTING_INVALID"));
    await expect(one.set("YARD_ROUND_SECONDS", "")).rejects.toThrow(code("SETTING_INVALID"));
    await expect(one.set("YARD_LEAST", "10")).rejects.toThrow(
      code("SETTING_INVALID", "least must not be above"),
    );
    await expect(one.set("YARD_ROUND", "60")).rejects.toThrow(code("SETTING_UNKNOWN"));
    await expect(one.reset("YARD_ROUND")).rejects.toThrow(code("SETTING_UNKNOWN"));
    expect(one.yard).toMatchObject({ roundSeconds: 180, least: 1 });
    expect(await version()).toEqual(before);
    expect(await readChanges(ds, "setting", { last: 10 })).toEqual([]);
    // Together with what is stored by now, not with what this process knows.
    const two = await start(ds);
    await one.set("YARD_MOST", "20");
    expect(await two.set("YARD_LEAST", "15")).toMatchObject({ after: 15 });
    await expect(one.reset("YARD_MOST")).rejects.toThrow(code("SETTING_INVALID"));
  });

  it("are the environment's where it says them", async () => {
    const { ds } = await open();
    const pinned = await start(ds, openYard({ YARD_ROUND_SECONDS: "30" }));
    await expect(pinned.set("YARD_ROUND_SECONDS", "60")).rejects.toThrow(
      code("SETTING_FIXED", "environment says YARD_ROUND_SECONDS"),
    );
    // Set where the variable was not.
    await (await start(ds)).set("YARD_ROUND_SECONDS", "60");
    await pinned.live.look();
    expect(pinned.yard.roundSeconds).toBe(30);
    expect(pinned.state("YARD_ROUND_SECONDS")).toMatchObject({ from: "environment" });
    expect(await pinned.reset("YARD_ROUND_SECONDS")).toMatchObject({ before: 60 });
  });

  it("write down who changed what, when, from what to what, and why", async () => {
    const { ds } = await open();
    const one = await start(ds);
    await one.set("YARD_GREETING", "one");
    await one.set("YARD_ROUND_SECONDS", "60");
    await one.set("YARD_GREETING", "two\0");
    await one.reset("YARD_GREETING");
    const changes = await readChanges(ds, "setting", { name: "YARD_GREETING", last: 10 });
    expect(changes.map(({ before, after, reason, by }) => [before, after, reason, by])).toEqual([
      ["two\0", undefined, "a test", "operator ann"],
      ["one", "two\0", "to two\0".replace("\0", "\u{fffd}"), "operator ann"],
      [undefined, "one", "to one", "operator ann"],
    ]);
    expect(changes[0]?.at).toBeInstanceOf(Date);
    expect(await readChanges(ds, "setting", { last: 2 })).toHaveLength(2);
    const last = await readLastChanges(ds, "setting");
    expect(last.get("YARD_ROUND_SECONDS")).toMatchObject({ after: 60 });
    expect(last.get("YARD_GREETING")).toMatchObject({ before: "two\0" });
  });

  it("that a new version's schema refuses are set aside with a warning, the others count", async () => {
    const { ds } = await open();
    const old = await start(ds);
    await old.set("YARD_ROUND_SECONDS", "3000");
    await old.set("YARD_GREETING", "Hey");
    await old.setFlag("big-heads", [{ value: true }]);
    const one = await start(
      ds,
      openYard({}, { roundSeconds: z.int().max(600).default(180).meta({ live: true }) }),
    );
    expect(one.yard).toMatchObject({ roundSeconds: 180, greeting: "Hey" });
    expect(one.state("YARD_ROUND_SECONDS")).toMatchObject({
      value: 180,
      from: "default",
      refused: expect.stringContaining("<=600"),
    });
    expect(one.warned).toEqual([
      {
        fields: { setting: "YARD_ROUND_SECONDS", reason: expect.stringContaining("<=600") },
        message: "a stored setting does not fit this version and is set aside",
      },
    ]);
    expect(flags.on("big-heads", { accountId: "a", role: "player" })).toBe(true);
    // Told once, however often something else changes.
    await one.set("YARD_GREETING", "Hi");
    expect(one.warned).toHaveLength(1);
    expect(await one.set("YARD_ROUND_SECONDS", "500")).toMatchObject({ before: 3000, after: 500 });
    expect(one.yard.roundSeconds).toBe(500);
    // Several that do not fit together, and no one alone is wrong.
    await ds.query(
      "INSERT INTO live_setting (kind, name, value) VALUES ('setting', 'YARD_LEAST', '8'), ('setting', 'YARD_MOST', '7')",
    );
    const two = await start(ds);
    expect(two.yard).toMatchObject({ least: 1, most: 9, roundSeconds: 180 });
    expect(two.warned.length).toBeGreaterThan(0);
  });

  it("lose none of two changes at once", async () => {
    const { ds } = await open();
    const one = await start(ds);
    const two = await start(ds);
    // The first has its change written and has not committed it, when the second begins.
    await Promise.all([
      one.set("YARD_ROUND_SECONDS", "60"),
      one.set("YARD_GREETING", "Hey"),
      one.set("YARD_MOST", "30"),
    ]);
    await two.live.look();
    expect(two.yard).toMatchObject({ roundSeconds: 60, greeting: "Hey", most: 30 });
  });

  it("keep the flags of operators as well, and list what nothing defines any more", async () => {
    const { ds } = await open();
    const one = await start(ds);
    const ann = { accountId: "a", role: "player" as const };
    expect(await one.setFlag("big-heads", [{ role: "moderator", value: true }])).toEqual({
      before: [],
      after: [{ role: "moderator", value: true }],
    });
    expect(flags.on("big-heads", ann)).toBe(false);
    expect(flags.on("big-heads", { ...ann, role: "moderator" })).toBe(true);
    await expect(one.setFlag("big-head", [])).rejects.toThrow(code("FLAG_UNKNOWN", "big-head"));
    await expect(one.setFlag("big-heads", [{ value: 3 }])).rejects.toThrow(code("FLAG_INVALID"));
    expect(await one.resetFlag("big-heads")).toEqual({ before: [{ role: "moderator", value: true }] });
    expect(flags.on("big-heads", { ...ann, role: "moderator" })).toBe(false);
    await ds.query(
      "INSERT INTO live_setting (kind, name, value) VALUES ('setting', 'YARD_GONE', '3'), ('flag', 'gone', '[]'), ('flag', 'broken', 'x')",
    );
    const two = await start(ds);
    const { settings, flags: rest } = two.live.leftOver();
    expect([[...settings], [...rest]]).toEqual([[["YARD_GONE", 3]], [["gone", []]]]);
    await two.reset("YARD_GONE");
    await two.resetFlag("gone");
    expect([...two.live.leftOver().settings, ...two.live.leftOver().flags]).toEqual([]);
  });
});

describe("a listener that throws", () => {
  it("keeps no other from hearing", () => {
    const errors: unknown[] = [];
    const group = openSettingGroup(
      {
        owner: "YARD",
        schema: z.strictObject({ n: z.int().default(1).meta({ live: true }) }),
        below: [],
        variables: fromEnvironment("YARD", ["n"], {}),
        what: "These",
      },
      (error) => void errors.push(error),
    );
    const heard: number[] = [];
    watchSetting(group.values, "n", () => {
      throw new Error("no");
    });
    watchSetting(group.values, "n", (n) => void heard.push(n));
    group.follow(new Map([["YARD_N", 2]]), false);
    expect([errors.length, heard]).toEqual([1, [2]]);
    expect(() => watchSetting({ n: 1 }, "n", () => {})).toThrow(TypeError);
  });
});
