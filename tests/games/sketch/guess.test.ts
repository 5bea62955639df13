import { seeded, strokeBatch } from "roomkeep/shared";
import { expect, it } from "vitest";
import { DRAWABLE, doodleOf } from "../../../games/sketch/doodles.ts";
import { distance, fits, hintOf, hintPlaces, judge, spells } from "../../../games/sketch/guess.ts";
import { pointsFor, pointsOfDrawer } from "../../../games/sketch/points.ts";
import { dealWords, takeOwnWords } from "../../../games/sketch/word-box.ts";
import { readWords, WORD_MAX, WORDS } from "../../../games/sketch/word-list.ts";

it("judges a guess by its letters alone", () => {
  for (const line of ["lighthouse", " A Light-House! ", "is it a lighthouse?", "LÍGHTHOUSE"])
    expect(judge(line, "lighthouse"), line).toBe("right");
  for (const line of ["lighthous", "lihgthouse", "lighthosue", "the lighthouses"])
    expect(judge(line, "lighthouse"), line).toBe("near");
  for (const line of ["house", "light", "", "lighthouse or tower"])
    expect(judge(line, "lighthouse"), line).toBe("wrong");
  expect(judge("ice cream", "ice cream")).toBe("right");
  expect(judge("icecream", "ice cream")).toBe("right");
  expect(judge("a nt", "ant")).toBe("right");
  // Two letters off a short word is another word.
  expect(judge("cow", "cat")).toBe("wrong");
  expect(judge("car", "cat")).toBe("near");
  expect(judge("x".repeat(100_000), "cat")).toBe("wrong");
});

it("counts what is between two words", () => {
  expect(distance("kitten", "sitting", 3)).toBe(3);
  expect(distance("ab", "ba", 2)).toBe(1);
  expect(distance("", "ab", 2)).toBe(2);
  expect(distance("abcdef", "ab", 2)).toBeGreaterThan(2);
});

it("finds the word within a line", () => {
  expect(spells("no concatenation", "cat")).toBe(true);
  expect(spells("ice  CREAM?", "ice cream")).toBe(true);
  expect(spells("dog", "cat")).toBe(false);
});

it("tells a third of the letters at most, and signs at once", () => {
  expect(hintOf("ice cream", new Set())).toBe("___ _____");
  expect(hintOf("yo-yo", new Set([0]))).toBe("y_-__");
  for (const word of WORDS) {
    const places = hintPlaces(word, seeded(7));
    const letters = word.replaceAll(/[ -]/gu, "").length;
    expect(places.length, word).toBeLessThanOrEqual(letters / 3);
    expect(hintOf(word, new Set(places))).not.toBe(word);
    expect(fits(word, hintOf(word, new Set(places)))).toBe(true);
  }
  expect(fits("cat", "d__")).toBe(false);
  expect(fits("cat", "____")).toBe(false);
  expect(fits("ice cream", "_________")).toBe(false);
});

it("has 300 words, each once, none too long", () => {
  expect(WORDS.length).toBeGreaterThanOrEqual(300);
  expect(new Set(WORDS).size).toBe(WORDS.length);
  for (const word of WORDS) expect(word).toMatch(new RegExp(`^[a-z][a-z -]{1,${WORD_MAX - 1}}$`, "u"));
});

it("deals three different words, none that had its turn while there are others", () => {
  const used = new Set(WORDS.slice(3));
  expect([...dealWords({ from: WORDS, own: [], onlyOwn: false, used })].sort()).toEqual(WORDS.slice(0, 3));
  const own = ["Aunt Jane", "our garden", "the red car", "a fourth"];
  const dealt = dealWords({ from: WORDS, own, onlyOwn: true, used: new Set() });
  expect(dealt.every((word) => own.includes(word)) && new Set(dealt).size === 3).toBe(true);
  // Two own words are too few for themselves.
  expect(dealWords({ from: WORDS, own: own.slice(2), onlyOwn: true, used: new Set() })).toHaveLength(3);
});

it("reads own words, and refuses too many and too long ones", () => {
  expect(takeOwnWords(" Aunt Jane,our garden\nour garden;;, ! ")).toEqual(["aunt jane", "our garden"]);
  expect(takeOwnWords("")).toEqual([]);
  expect(takeOwnWords("x".repeat(31))).toMatchObject({ code: "SETTINGS_INVALID" });
  expect(takeOwnWords(Array.from({ length: 201 }, (_, i) => `w${i}`).join())).toMatchObject({
    code: "SETTINGS_INVALID",
  });
});

it("gives points by the time that is left", () => {
  expect([pointsFor(80, 80), pointsFor(40, 80), pointsFor(0, 80)]).toEqual([100, 60, 20]);
  const seat = (gained: number, bot = false) => ({ gained, bot, found: gained > 0 });
  expect(pointsOfDrawer([seat(100), seat(0)])).toBe(50);
  expect(pointsOfDrawer([seat(100), seat(0, true)])).toBe(100);
  expect(pointsOfDrawer([])).toBe(0);
});

it("has doodles for bots that are words of the game and fit the paper", () => {
  for (const word of DRAWABLE) expect(WORDS).toContain(word);
  for (const word of [...DRAWABLE, "anything"])
    for (const batch of doodleOf(word)) expect(strokeBatch.safeParse(batch).success, word).toBe(true);
});

it("reads the words that a builder edits", () => {
  expect(readWords("Sun,  ice   cream,\n sun,,")).toEqual(["sun", "ice cream"]);
});
