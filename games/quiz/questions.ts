import { readFileSync } from "node:fs";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";

const line = z.string().trim().min(1).max(160);
const question = z.strictObject({
  category: line.max(40),
  text: line,
  right: line.max(60),
  wrong: z.array(line.max(60)).length(3),
  /** True: the first who buzzes answers. */
  buzz: z.boolean().default(false),
});
const shape = z.strictObject({ questions: z.array(question).min(1).max(5_000) });

/** A question, with its right answer: it never leaves the server before the reveal. */
export type Question = z.infer<typeof question>;

/** The questions that a builder edits. */
export const QUESTIONS_FILE = new URL("questions.json", import.meta.url);

/**
 * Reads the questions of a file.
 *
 * @throws RoomkeepError GAME_INVALID with the number of the question that is wrong, and why
 */
export function readQuestions(file: URL | string = QUESTIONS_FILE): readonly Question[] {
  const { data, error } = shape.safeParse(parsed(file));
  if (data) return data.questions;
  const [issue] = error.issues;
  const [, number, ...rest] = issue?.path ?? [];
  const where =
    typeof number === "number"
      ? `question ${number + 1}${rest.map((key) => `, ${String(key)}`).join("")}`
      : "the file";
  throw invalid(file, `${where}: ${issue?.message}`);
}

function parsed(file: URL | string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
}

const invalid = (file: URL | string, problem: string) =>
  new RoomkeepError("GAME_INVALID", `The questions of the quiz in ${file} are wrong. ${problem}`);

/** The categories of questions, in the order of the file. */
export const categoriesOf = (questions: readonly Question[]): string[] => [
  ...new Set(questions.map(({ category }) => category)),
];

/** Draws so many questions without repeating one. @param random numbers in [0, 1) */
export function drawQuestions(
  all: readonly Question[],
  { questions, category }: { questions: number; category: string },
  random: () => number,
): Question[] {
  const fitting = all.filter((one) => category === "" || one.category === category);
  return shuffled(fitting.length > 0 ? fitting : all, random).slice(0, questions);
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}
