import { expect, it } from "vitest";
import {
  addOlder,
  EMPTY,
  type LinesNews,
  type ShownLine,
  shownNames,
  takeLines,
} from "../../../plugins/chat/live/line-list.ts";

const line = (n: number, more: Partial<ShownLine> = {}): ShownLine => ({
  n,
  rev: n,
  account: "a000",
  name: "Ann",
  text: `line ${n}`,
  at: "2026-01-01T00:00:00.000Z",
  edited: false,
  deleted: false,
  ...more,
});
const news = (after: number, last: number, lines: ShownLine[], more: Partial<LinesNews> = {}): LinesNews => ({
  kind: "server",
  id: "general",
  after,
  last,
  lines,
  ...more,
});
const textsOf = (list: { lines: readonly ShownLine[] } | undefined) => list?.lines.map(({ text }) => text);

it("takes what follows, once, though two rooms send it, and refuses what leaves a gap", () => {
  const first = takeLines(EMPTY, news(0, 2, [line(1), line(2)], { reset: true }));
  expect(textsOf(first)).toEqual(["line 1", "line 2"]);
  if (!first) return;
  const both = takeLines(first, news(1, 3, [line(2), line(3)]));
  expect(textsOf(both)).toEqual(["line 1", "line 2", "line 3"]);
  expect(takeLines(both ?? EMPTY, news(1, 2, [line(2)]))).toBe(both);
  expect(takeLines(first, news(4, 5, [line(5)]))).toBeUndefined();
  // Hidden lines are no gap: the numbers between are known to be nothing for this reader.
  expect(textsOf(takeLines(first, news(2, 9, [line(9)])))).toEqual(["line 1", "line 2", "line 9"]);
  // A beginning that was under way while newer lines came is older than them.
  expect(takeLines(both ?? EMPTY, news(0, 2, [line(1)], { reset: true }))).toBe(both);
});

it("takes a change in its line's place, never an older one over it, and none of a line it has not", () => {
  const list = takeLines(EMPTY, news(0, 4, [line(3), line(4)], { reset: true, more: true })) ?? EMPTY;
  const changed =
    takeLines(list, news(4, 6, [line(3, { rev: 5, text: "new" }), line(1, { rev: 6 })])) ?? EMPTY;
  expect(textsOf(changed)).toEqual(["new", "line 4"]);
  expect(textsOf(takeLines(changed, news(2, 7, [line(3), line(7)])))).toEqual(["new", "line 4", "line 7"]);
  const older = addOlder(changed, [line(1), line(2), line(3)], false);
  expect(textsOf(older)).toEqual(["line 1", "line 2", "new", "line 4"]);
  expect(older).toMatchObject({ more: false, last: 6 });
});

it("tells writers of one name apart by their accounts", () => {
  const names = shownNames([
    line(1),
    line(2, { account: "b111", name: "ann " }),
    line(3, { account: "c222", name: "Bob" }),
  ]);
  expect([...names]).toEqual([
    ["a000", "Ann #a000"],
    ["b111", "ann  #b111"],
    ["c222", "Bob"],
  ]);
});
