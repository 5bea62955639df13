import { seeded } from "roomkeep/shared";
import { expect, it } from "vitest";
import { defineCup } from "../../../plugins/tournaments/index.ts";
import { prizesOf } from "../../../plugins/tournaments/rules/pot.ts";

const fee = { coins: 10, items: [{ template: "herb", qty: 3 }] };
const share = (first: number, last: number, percent: number) => ({
  ...{ ranks: [first, last] as [number, number], share: percent },
  ...{ coins: 0, items: [] },
});

it("gives shares of the pot in whole pieces, and what is left over to the first", () => {
  const prizes = prizesOf({ fee, prizes: [share(1, 1, 50), share(2, 2, 30), share(3, 3, 20)] }, 3, 7);
  expect(prizes.map(({ pot }) => pot)).toEqual([
    { coins: 35, items: [{ template: "herb", qty: 11 }] },
    { coins: 21, items: [{ template: "herb", qty: 6 }] },
    { coins: 14, items: [{ template: "herb", qty: 4 }] },
  ]);
});

it("gives the first what ranks would get that nobody has, and keeps what no share takes", () => {
  const [only] = prizesOf({ fee, prizes: [share(1, 1, 50), share(2, 3, 20)] }, 1, 5);
  expect(only?.pot).toEqual({ coins: 45, items: [{ template: "herb", qty: 13 }] });
});

it("adds up prizes beside the pot whose ranks overlap", () => {
  const given = { share: 0, items: [{ template: "cup", qty: 1 }] };
  const prizes = [
    { ...given, ranks: [1, 1] as [number, number], coins: 100 },
    { ...given, ranks: [1, 2] as [number, number], coins: 10 },
  ];
  expect(prizesOf({ fee, prizes }, 3, 3).map((one) => one.given.coins)).toEqual([110, 10, 0]);
});

it("never gives more than the pot nor less than its shares, for any fee, shares and entrants", () => {
  const random = seeded(11);
  const upTo = (most: number) => Math.floor(random() * (most + 1));
  for (let n = 0; n < 3_000; n++) {
    let left = 100;
    const prizes = Array.from({ length: 1 + upTo(5) }, (_, at) => {
      const percent = Math.round(random() * left * 1e6) / 1e6;
      left = Math.max(0, left - percent);
      return share(at + 1, at + 1, percent);
    });
    const coins = upTo(3) === 0 ? upTo(1e9) : upTo(100);
    const entrants = 2 + upTo(300);
    const paid = prizesOf({ fee: { coins, items: [] }, prizes }, 1 + upTo(7), entrants);
    const sum = paid.reduce((all, { pot }) => all + pot.coins, 0);
    const shares = prizes.reduce((all, one) => all + Math.floor(one.share * 1e6), 0);
    expect(paid.every(({ pot }) => Number.isSafeInteger(pot.coins) && pot.coins >= 0)).toBe(true);
    expect(BigInt(sum)).toBe((BigInt(coins * entrants) * BigInt(shares)) / 100_000_000n);
  }
});

it.each([
  ["shares above the pot", { bracket: {}, prizes: [{ ranks: [1, 2], share: 50.1 }] }, "more than the pot"],
  ["a bracket of one", { bracket: {}, entrants: [1, 8] }, "entrants"],
  ["a bracket of too many", { bracket: {}, entrants: [2, 65] }, "at most 64"],
  ["numbers that run backwards", { bracket: {}, entrants: [8, 4] }, "backwards"],
  ["neither kind", {}, "either score or bracket"],
  ["both kinds", { bracket: {}, score: {} }, "either score or bracket"],
  ["a prize of nothing", { score: {}, prizes: [{ ranks: [1, 1] }] }, "nothing"],
  ["no tries", { score: { tries: 0 } }, "score.tries"],
  ["a fee below nothing", { score: {}, fee: { coins: -1 } }, "fee.coins"],
  ["a fee of no number", { score: {}, fee: { coins: Number.NaN } }, "fee.coins"],
  [
    "a kind of item twice",
    { score: {}, fee: { items: [1, 2].map((qty) => ({ template: "herb", qty })) } },
    "twice",
  ],
  ["a start that is no cron", { score: {}, starts: "0 0 31 2 *" }, "never comes"],
  ["a start that is no time in UTC", { score: {}, starts: "2027-02-31T00:00:00Z" }, "no time in UTC"],
])("refuses a cup with %s by name", (_, rules, why) => {
  const define = () => defineCup("cup", { game: "arena", ...(rules as object) } as never);
  expect(define).toThrow(why);
  expect(define).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
