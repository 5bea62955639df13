import { t } from "@colyseus/schema";
import { defineGameState, own, Seat, type StrokeBatch } from "roomkeep/shared";
import { z } from "zod";

/** What the leader sets in the lobby. */
export const sketchSettings = z.object({
  /** Pictures that each player draws. */
  rounds: z.int().min(1).max(5).default(2),
  /** Seconds to draw one. */
  seconds: z.int().min(30).max(180).default(80),
  /** True: only the leader's own words, once there are enough; else they are mixed with the game's. */
  onlyOwn: z.boolean().default(false),
});
export type SketchSettings = z.output<typeof sketchSettings>;

export const SketchSeat = Seat.extend(
  {
    points: t.uint32().default(0),
    /** Points of the picture that is on. */
    gained: t.uint16().default(0),
    /** The word is found. */
    found: t.boolean().default(false),
    /** Has had a turn in this round. */
    drew: t.boolean().default(false),
    /** The three words to choose from: the drawer alone receives them. */
    choices: own(t.array("string")),
    /** The word to draw: the drawer alone receives it. */
    word: own(t.string().default("")),
  },
  "SketchSeat",
);
export type SketchSeat = InstanceType<typeof SketchSeat>;

export const SketchState = defineGameState("SketchState", {
  seat: SketchSeat,
  fields: {
    /** From 1. */
    round: t.uint8().default(0),
    /** The word with "_" for each letter that is not told yet. */
    hint: t.string().default(""),
    /** The word, from the reveal on; empty before it. */
    answer: t.string().default(""),
    /** The picture in packed pieces of strokes: see picture.ts. */
    picture: t.array("string"),
    /** How many own words the leader gave. */
    ownWords: t.uint16().default(0),
  },
});
export type SketchState = InstanceType<typeof SketchState>;

/** What pages send, beside the messages of every lobby. Guesses are chat. */
export interface SketchMessages {
  ready: { ready: boolean };
  start: object;
  rematch: object;
  settings: Partial<SketchSettings>;
  kick: { id: string };
  words: { text: string };
  choose: { choice: string };
  draw: StrokeBatch;
  undo: object;
  clear: object;
  chat: { text: string };
}
