import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Buzzer, CREDIT_MAX_MS } from "../../games/quiz/buzzer.ts";
import { drawQuestions, readQuestions, shuffled } from "../../games/quiz/questions.ts";
import { POINTS_MOST, pointsFor } from "../../games/quiz/rules.ts";
import { seeded } from "../../shared/random.ts";

describe("the buzzer", () => {
  it("gives a question to the first who pressed, whoever's press arrived first", () => {
    const buzzer = new Buzzer();
    buzzer.press("near", 1_000, 10);
    // Pressed at 990; a press from 100 ms away that was made before may still be on its way.
    expect(buzzer.decide(1_000, [100])).toEqual({ waitMs: 90 });
    buzzer.press("far", 1_040, 100);
    expect(buzzer.decide(1_040, [])).toEqual({ first: "far", waitMs: 0 });
  });

  it("waits for nobody who cannot have been quicker", () => {
    const buzzer = new Buzzer();
    buzzer.press("near", 1_000, 10);
    expect(buzzer.decide(1_090, [100])).toEqual({ first: "near", waitMs: 0 });
    expect(new Buzzer().decide(5, [100]).first).toBeUndefined();
  });

  it("credits nobody with more than the longest journey, however slow the line seems", () => {
    const buzzer = new Buzzer();
    buzzer.press("honest", 1_000, 0);
    buzzer.press("liar", 1_000 + CREDIT_MAX_MS + 1, 60_000);
    expect(buzzer.decide(2_000, [])).toEqual({ first: "honest", waitMs: 0 });
    expect(new Buzzer().decide(0, [60_000]).waitMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("counts the first press of each", () => {
    const buzzer = new Buzzer();
    buzzer.press("a", 1_000, 0);
    buzzer.press("b", 1_010, 0);
    buzzer.press("b", 900, 0);
    expect(buzzer.decide(2_000, []).first).toBe("a");
  });
});

describe("points", () => {
  it("fall to half over the time, and grow with right answers in a row", () => {
    expect(pointsFor(0, 0)).toBe(POINTS_MOST);
    expect(pointsFor(1, 0)).toBe(POINTS_MOST / 2);
    expect(pointsFor(7, 0)).toBe(POINTS_MOST / 2);
    expect(pointsFor(-1, 0)).toBe(POINTS_MOST);
    expect(pointsFor(0.5, 2)).toBe(950);
    expect(pointsFor(0, 9)).toBe(pointsFor(0, 5));
  });
});

describe("the questions", () => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-quiz-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const written = (value: unknown) => {
    const file = join(folder, "questions.json");
    writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
    return file;
  };
  const good = { category: "Things", text: "Which?", right: "This", wrong: ["a", "b", "c"] };

  it("of the sample are read; each has four different answers, and no text is there twice", () => {
    const all = readQuestions();
    expect(all.length).toBeGreaterThanOrEqual(60);
    for (const { right, wrong, text } of all) expect(new Set([right, ...wrong]).size, text).toBe(4);
    expect(new Set(all.map(({ text }) => text)).size).toBe(all.length);
    expect(all.some(({ buzz }) => buzz)).toBe(true);
  });

  it.each([
    ["no JSON", "{ questions: ]", /quiz in .*questions\.json are wrong\. /],
    ["three answers", { questions: [good, { ...good, wrong: ["a", "b"] }] }, /question 2, wrong/],
    ["an unknown key", { questions: [{ ...good, rihgt: "x" }] }, /question 1/],
    ["none", { questions: [] }, /the file: /],
  ])("with a mistake are refused with the place: %s", (_what, value, text) => {
    const read = () => readQuestions(written(value));
    expect(read).toThrow(expect.objectContaining({ code: "GAME_INVALID" }));
    expect(read).toThrow(text);
  });

  it("are drawn by category without repeating one, by the given chance", () => {
    const all = readQuestions();
    const drawn = drawQuestions(all, { questions: 8, category: "World" }, seeded(3));
    expect(new Set(drawn).size).toBe(8);
    expect(new Set(drawn.map(({ category }) => category))).toEqual(new Set(["World"]));
    expect(drawQuestions(all, { questions: 8, category: "World" }, seeded(3))).toEqual(drawn);
    expect(drawQuestions(all, { questions: 5, category: "no such" }, seeded(3))).toHaveLength(5);
    expect([...shuffled([1, 2, 3, 4], seeded(1))].sort()).toEqual([1, 2, 3, 4]);
  });
});
