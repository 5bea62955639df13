import { expect, it } from "vitest";
import { type Calendar, nextTime, readCalendar } from "../../../plugins/leaderboards/calendar.ts";
import { defineBoard } from "../../../plugins/leaderboards/index.ts";

const next = (cron: string, after: string) => {
  const at = nextTime(readCalendar(cron) as Calendar, Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
};

it.each([
  ["0 0 * * 1", "2026-11-28T10:00:00Z", "2026-11-30T00:00"],
  ["0 0 * * 1", "2026-11-30T00:00:00Z", "2026-12-07T00:00"],
  ["0 0 * * 7", "2026-11-28T10:00:00Z", "2026-11-29T00:00"],
  ["0 0 1 * *", "2026-12-31T23:59:59Z", "2027-01-01T00:00"],
  ["*/15 * * * *", "2026-11-28T10:15:00Z", "2026-11-28T10:30"],
  ["5/20 9-17 * * 1-5", "2026-11-27T17:45:00Z", "2026-11-30T09:05"],
  ["30 2 29 3 *", "2026-03-29T00:00:00Z", "2026-03-29T02:30"], // the night in which Europe skips half past two
  ["0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00"],
  ["0 0 13 * 5", "2026-11-28T10:00:00Z", "2026-12-04T00:00"], // either, as cron has it
  ["0 12 1,15 1,7 *", "2026-01-15T12:00:00Z", "2026-07-01T12:00"],
])("%s after %s is %s", (cron, after, time) => {
  expect(next(cron, after)).toBe(time);
});

it.each([
  ["0 0 30 2 *", "never comes"],
  ["0 0 31 2,4,6 *", "never comes"],
  ["0 0 * *", "five fields"],
  ["0 0 0 * * *", "five fields"],
  ["60 0 * * *", "minute"],
  ["0 24 * * *", "hour"],
  ["0 0 0 * *", "day of the month"],
  ["0 0 * 13 *", "month"],
  ["0 0 * * 8", "weekday"],
  ["*/0 0 * * *", "minute"],
  ["5-1 0 * * *", "minute"],
  ["a 0 * * *", "minute"],
])("a season of %s is refused, as it %s", (season, why) => {
  expect(() => defineBoard("laps", { season })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(why) }),
  );
});

it.each([
  ["a name", () => defineBoard("Best Laps")],
  ["a prize of nothing", () => defineBoard("laps", { prizes: [{ ranks: [1, 3] }] })],
  ["ranks that run backwards", () => defineBoard("laps", { prizes: [{ ranks: [3, 1], coins: 5 }] })],
  ["a half coin", () => defineBoard("laps", { prizes: [{ ranks: [1, 3], coins: 0.5 }] })],
])("%s is refused", (_, define) => {
  expect(define).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
