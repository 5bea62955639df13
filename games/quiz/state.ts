import { t } from "@colyseus/schema";
import { defineGameState, own, Seat } from "roomkeep/shared";

/** A seat of the quiz. */
export const QuizSeat = Seat.extend(
  {
    points: t.uint32().default(0),
    /** Right answers in a row. */
    streak: t.uint8().default(0),
    /** Has answered this question, or may not any more. */
    answered: t.boolean().default(false),
    /** Points of the last question. */
    gained: t.uint16().default(0),
    /** The answer that was chosen, as a place in `choices`; only its player sees it; -1: none. */
    choice: own(t.int8().default(-1)),
  },
  "QuizSeat",
);
export type QuizSeat = InstanceType<typeof QuizSeat>;

/** State of the quiz, sent to all. The right answer is in it from the reveal on. */
export const QuizState = defineGameState("QuizState", {
  seat: QuizSeat,
  fields: {
    /** Categories that the leader can choose from. */
    categories: t.array("string"),
    /** Which question it is, from 1, of how many. */
    number: t.uint8().default(0),
    of: t.uint8().default(0),
    category: t.string().default(""),
    text: t.string().default(""),
    choices: t.array("string"),
    /** True: the first who buzzes answers. */
    isBuzzer: t.boolean().default(false),
    /** The right answer as a place in `choices`; -1 before the reveal. */
    right: t.int8().default(-1),
  },
});
export type QuizState = InstanceType<typeof QuizState>;

/** What players send. */
export interface QuizMessages {
  ready: { ready: boolean };
  start: object;
  rematch: object;
  settings: object;
  buzz: object;
  answer: { choice: number };
}
