import { expect, it } from "vitest";
import { verdictOf } from "../../../plugins/tournaments/rows/match-rooms.ts";
import {
  type BracketMatch,
  isOver,
  loserOf,
  openBracket,
  passOn,
  ranksOf,
  seedPlaces,
} from "../../../plugins/tournaments/rules/bracket.ts";
import { drawSeeds } from "../../../plugins/tournaments/rules/draw.ts";

const entries = (count: number) => Array.from({ length: count }, (_, at) => `e${at + 1}`);
const seedOf = (entry: string) => Number(entry.slice(1));
type Judge = (match: BracketMatch) => string | null;
const better: Judge = ({ a, b }) => (seedOf(a ?? "") < seedOf(b ?? "") ? a : b);

/** Plays a bracket to its end. @returns its matches, and how many were played */
function play(count: number, judge: Judge, third = false) {
  let matches = openBracket(entries(count), third);
  let played = 0;
  for (let open = matches.find(isOpen); open; open = matches.find(isOpen)) {
    const over = { ...open, state: "over" as const, winner: judge(open), end: "played" as const };
    matches = passOn(matches.map((one) => (one === open ? over : one)));
    played++;
  }
  return { matches, played };
}
const isOpen = ({ state }: BracketMatch) => state === "opening";

const COUNTS = Array.from({ length: 63 }, (_, at) => at + 2);

it.each(COUNTS)("%i entrants play one match less than they are, and the better seed wins", (count) => {
  const { matches, played } = play(count, better);
  expect(played).toBe(count - 1);
  expect(isOver(matches)).toBe(true);
  const ranks = ranksOf(matches, entries(count));
  expect(ranks).toEqual(entries(count));
});

it.each(COUNTS)("byes among %i go to the best seeds, nobody has two, and no match has nobody", (count) => {
  const matches = openBracket(entries(count), false);
  const byes = matches.filter(({ end }) => end === "bye").map(({ winner }) => winner);
  const size = seedPlaces(count).length;
  expect(byes.sort((x, y) => seedOf(x ?? "") - seedOf(y ?? ""))).toEqual(entries(size - count));
  expect(matches.some(({ end }) => end === "nobody")).toBe(false);
});

it.each(COUNTS)("of %i the two best can meet in the final only, whoever wins the other matches", (count) => {
  let lot = count;
  const any: Judge = ({ a, b }) => {
    for (const best of ["e1", "e2"]) if (a === best || b === best) if (!(isBest(a) && isBest(b))) return best;
    lot = (lot * 48_271) % 2_147_483_647;
    return lot % 2 === 0 ? a : b;
  };
  const isBest = (entry: string | null) => entry === "e1" || entry === "e2";
  const { matches } = play(count, any);
  const final = matches.at(-1);
  expect([final?.a, final?.b].sort()).toEqual(["e1", "e2"]);
});

it.each(COUNTS)(
  "ranks of %i are each of them once, whoever wins, and those who got further come first",
  (count) => {
    let lot = count + 7;
    const { matches } = play(
      count,
      ({ a, b }) => {
        lot = (lot * 48_271) % 2_147_483_647;
        return lot % 2 === 0 ? a : b;
      },
      true,
    );
    const ranks = ranksOf(matches, entries(count));
    expect([...ranks].sort()).toEqual([...entries(count)].sort());
    const rounds = Math.max(...matches.map(({ round }) => round));
    const final = matches.find(({ round, slot }) => round === rounds && slot === 0);
    expect(ranks.slice(0, 2)).toEqual([final?.winner, loserOf(final)]);
    const third = matches.find(({ round, slot }) => round === rounds && slot === 1);
    if (count >= 4) expect(ranks.slice(2, 4)).toEqual([third?.winner, loserOf(third)]);
    // Of three the only loser of a semi-final is third without a match.
    if (count === 3) expect(third).toMatchObject({ state: "over", end: "bye" });
  },
);

it("lets nobody through where neither came, and gives the next one a bye", () => {
  const { matches } = play(8, (match) => (match.round === 1 && match.slot === 0 ? null : better(match)));
  expect(matches.find(({ round, slot }) => round === 2 && slot === 0)).toMatchObject({ a: null, end: "bye" });
  const ranks = ranksOf(matches, entries(8));
  expect(ranks[0]).toBe("e2");
  expect(ranks).toHaveLength(8);
});

it("has no ranks if the final has nobody who won it", () => {
  expect(ranksOf(play(8, () => null).matches, entries(8))).toEqual([]);
  const noFinal = play(4, (match) => (match.round === 2 ? null : better(match)));
  expect(ranksOf(noFinal.matches, entries(4))).toEqual([]);
});

it("seeds by rating, and behind it by a draw that can be done again", () => {
  const rated = [
    { id: "x", rating: null },
    { id: "low", rating: -3 },
    { id: "y", rating: null },
    { id: "high", rating: 31 },
  ];
  const first = drawSeeds("one seed", rated);
  expect(first.slice(0, 2)).toEqual(["high", "low"]);
  expect(drawSeeds("one seed", [...rated].reverse())).toEqual(first);
  const draws = new Set(Array.from({ length: 20 }, (_, n) => drawSeeds(`seed ${n}`, rated).join()));
  expect(draws.size).toBe(2);
});

const both = { a_here: true, b_here: true };
const open = { state: "open" as const, late: false, overdue: false, reopened: 0, ...both };
it.each([
  ["both are here", open, false, undefined],
  ["one has time to come", { ...open, b_here: false }, false, undefined],
  ["one has not come in time", { ...open, b_here: false, late: true }, false, "no-show"],
  ["neither has come in time", { ...open, a_here: false, b_here: false, late: true }, true, "no-show"],
  ["both came in time", { ...open, late: true }, false, undefined],
  ["there is no result in time", { ...open, late: true, overdue: true }, false, "seed"],
  ["its room died", { ...open, reopened: 1 }, true, "reopen"],
  ["its room died too often", { ...open, reopened: 2 }, true, "seed"],
  ["its room closed before both had come", { ...open, b_here: false, reopened: 2 }, true, "reopen"],
  ["its room cannot be opened", { ...open, state: "opening" as const }, true, "seed"],
])("a match of which %s", (_, match, isGone, verdict) => {
  expect(verdictOf(match, isGone, 2)).toBe(verdict);
});
