import { expect, it } from "vitest";
import { openRateLimit } from "../../../server/accounts/rate-limit.ts";
import { readConfig } from "../../../server/config.ts";
import { openCoreSettings } from "../../../server/settings/core-settings.ts";
import { openProjectSettings } from "../../../server/settings/project-settings.ts";
import { openLog } from "../../../server/telemetry/log.ts";

const open = (env: Record<string, string> = {}) => {
  const { group, config } = openCoreSettings(readConfig(env));
  return { config, set: (values: object) => group.follow(new Map(Object.entries(values)), false) };
};

it("the level of all logs follows its setting, of those of rooms that are open too", () => {
  const { config, set } = open();
  const log = openLog("info");
  const room = log.child({ room: "yard" });
  const deeper = room.child({ player: "ann" });
  set({ LOG_LEVEL: "error" });
  expect([config.logLevel, log.level, room.level, deeper.level]).toEqual([
    "error",
    "error",
    "error",
    "error",
  ]);
  set({});
  expect([config.logLevel, log.level, room.level, deeper.level]).toEqual(["info", "info", "info", "info"]);
});

it("a limit allows as many as its setting says now", async () => {
  const { config, set } = open({ ROOMKEEP_ADDRESS_TICKETS: "9" });
  const limit = openRateLimit(() => config.accountTickets, 60);
  set({ ROOMKEEP_ACCOUNT_TICKETS: 2, ROOMKEEP_ADDRESS_TICKETS: 1 });
  await limit.spend("ann");
  await limit.spend("ann");
  await expect(limit.spend("ann")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  set({ ROOMKEEP_ACCOUNT_TICKETS: 10 });
  await limit.spend("ann");
  // The environment says this one.
  expect(config.addressTickets).toBe(9);
});

it("a stored value that is out of range, or of a setting that is the environment's alone, does not count", () => {
  const { config, set } = open();
  expect([...set({ ROOMKEEP_ROOMS_MAX: 0, PORT: 80 }).keys()]).toEqual(["ROOMKEEP_ROOMS_MAX"]);
  expect([config.roomsMax, config.port]).toEqual([500, 2567]);
});

it("a config that was made by hand counts as it is", () => {
  const { config } = openCoreSettings({ ...readConfig({}), roomsMax: 3 });
  expect(config.roomsMax).toBe(3);
});

it("a profile that no game has ends the start", () => {
  const start = (profile: string) => openProjectSettings(readConfig({ ROOMKEEP_PROFILE: profile }), []);
  expect(() => start("sterss")).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(start("test").config.logLevel).toBe("info");
});
