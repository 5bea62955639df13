import { describe, expect, it } from "vitest";
import { adviceFor } from "../../admin/api/advice.ts";
import { queryOf } from "../../admin/api/ask.ts";
import { hasPermission } from "../../admin/api/session.ts";
import type { Series } from "../../admin/api/shapes.ts";
import { entriesThat } from "../../admin/audit/audit-filter.ts";
import { readFields } from "../../admin/kit/fields.tsx";
import { agoText, bytesText, countText } from "../../admin/kit/format.ts";
import { linkTo, readRoute } from "../../admin/kit/route.ts";
import { withPoint } from "../../admin/overview/series.ts";
import { roomsThat } from "../../admin/rooms/room-filter.ts";
import { ruleText } from "../../admin/settings/rule-text.ts";
import { rangeText } from "../../admin/settings/setting-text.ts";

it("what a role may not do is hidden, and all of it from nobody", () => {
  expect(hasPermission({ permissions: ["look"] }, "look")).toBe(true);
  expect(hasPermission({ permissions: ["look"] }, "sanction")).toBe(false);
  expect(hasPermission(null, "look")).toBe(false);
  expect(hasPermission(undefined, "look")).toBe(false);
});

describe("the list of rooms", () => {
  const room = (roomId: string, game: string, players: number, label = "") => {
    return { roomId, game, players, label, processId: "p1" };
  };
  const rooms = [room("AAAA", "plaza", 1), room("BBBB", "tag", 7, "Ann's round"), room("CCCC", "plaza", 3)];
  const found = (filter: object) =>
    roomsThat(rooms, { text: "", game: "", process: "", ...filter }).map(({ roomId }) => roomId);

  it("has the fullest first", () => expect(found({})).toEqual(["BBBB", "CCCC", "AAAA"]));

  it("is searched by code, game and label, and by game and process at the same time", () => {
    expect(found({ text: " bb " })).toEqual(["BBBB"]);
    expect(found({ text: "ann" })).toEqual(["BBBB"]);
    expect(found({ game: "plaza", text: "cc" })).toEqual(["CCCC"]);
    expect(found({ process: "p2" })).toEqual([]);
  });
});

it("the audit list is filtered by a text in any column, and by outcome: each code is a refusal", () => {
  const at = "2026-11-28T05:00:00Z";
  const entry = (line: string, outcome: string) => {
    return { at, caller: "ann", role: "admin", account: null, game: "", roomId: "XF66", line, outcome };
  };
  const entries = [entry("players.mute", "done"), entry("rooms.close", "ROLE_NEEDED")];
  expect(entriesThat(entries, "MUTE", "").length).toBe(1);
  expect(entriesThat(entries, "xf66", "").length).toBe(2);
  expect(entriesThat(entries, "", "done").map(({ line }) => line)).toEqual(["players.mute"]);
  expect(entriesThat(entries, "", "refused").map(({ line }) => line)).toEqual(["rooms.close"]);
});

it("the address of a place comes back as it was, whatever is in it", () => {
  const parts = ["rooms", "a/b ?#"];
  const query = { tab: "state", query: "x=1&y" };
  expect(readRoute(linkTo(parts, query))).toEqual({ parts, query });
  expect(readRoute("")).toEqual({ parts: [], query: {} });
  expect(readRoute("#/rooms/%E0%A4%A").parts).toEqual(["rooms", "%E0%A4%A"]);
});

describe("a form", () => {
  it("sends numbers as numbers, and nothing for what is empty", () => {
    const fields = [
      { name: "minutes", label: "", kind: "number" },
      { name: "reason", label: "", kind: "text" },
    ] as const;
    expect(readFields(fields, { minutes: "5", reason: " rude " })).toEqual({ minutes: 5, reason: "rude" });
    expect(readFields(fields, { minutes: "", reason: "rude" })).toEqual({ reason: "rude" });
  });

  it("puts a query together of what is given; false and 0 are given", () => {
    expect(queryOf({ a: undefined, b: "", open: false, last: 0, q: "a&b" })).toBe(
      "?open=false&last=0&q=a%26b",
    );
    expect(queryOf({})).toBe("");
  });
});

describe("a series", () => {
  const names = "players rooms tickP99Ms busy memory ticks late joined refused processes away".split(" ");
  const all = (value: unknown) => Object.fromEntries(names.map((name) => [name, value]));
  const series = { stepS: 5, at: [10, 15, 20], ...all([1, 2, 3]) } as unknown as Series;
  const point = (at: number) => ({ at, ...all(9) }) as unknown as Parameters<typeof withPoint>[1];

  it("goes on by a newer step, and loses its oldest", () => {
    expect(withPoint(series, point(25))).toMatchObject({ at: [15, 20, 25], players: [2, 3, 9] });
  });

  it("has a step that is told again once, and none that is older", () => {
    expect(withPoint(series, point(20))).toMatchObject({ at: [10, 15, 20], players: [1, 2, 9] });
    expect(withPoint(series, point(15))).toBe(series);
  });
});

it("says times, sizes, ranges, rules and advice as people do", () => {
  expect(agoText(1_000, 181_000)).toBe("3 min ago");
  expect(agoText(7_200_000, 0)).toBe("in 2 h");
  expect(agoText(null)).toBe("never");
  expect(bytesText(1_400_000)).toBe("1.4 MB");
  expect([countText(1, "room"), countText(2, "entry", "entries")]).toEqual(["1 room", "2 entries"]);
  expect(rangeText({ type: "integer", minimum: 10, maximum: 600 })).toBe("whole number from 10 to 600");
  expect(rangeText({ enum: ["red", "blue"] })).toBe("one of red, blue");
  expect(rangeText({ type: "integer", minimum: -Number.MAX_SAFE_INTEGER })).toBe("whole number");
  const rule = { percent: 10, role: "moderator", value: true };
  expect(ruleText(rule)).toBe("true for 10 % of accounts, role moderator or above");
  expect(ruleText({ value: "red" })).toBe("red for everybody");
  expect(adviceFor("RATE_LIMITED", 7.2)).toBe("Try again in 8 s.");
});
