import { t } from "@colyseus/schema";
import { defineGameState, own, Seat } from "roomkeep/shared";
import { z } from "zod";
import { NONE } from "./rules.ts";

/** A player at the table. */
export const CardsSeat = Seat.extend(
  {
    /** About the table, from 0; it stays, whoever comes back. */
    place: t.uint8().default(0),
    /** Of the match: fewest win. */
    points: t.uint16().default(0),
    /** Points of the last round. */
    gained: t.uint16().default(0),
    /** Number of cards in the hand. */
    count: t.uint8().default(0),
    /** Agrees that the last move is taken back. */
    agrees: t.boolean().default(false),
    /** The cards: each sees the own alone. */
    hand: own(t.array("uint8")),
  },
  "CardsSeat",
);
export type CardsSeat = InstanceType<typeof CardsSeat>;

/** A match of Last Leaf. */
export const CardsState = defineGameState("CardsState", {
  seat: CardsSeat,
  fields: {
    /** From 1. */
    round: t.uint8().default(0),
    /** The open card; NONE before the first deal. */
    top: t.uint8().default(NONE),
    /** The suit to be followed. */
    suit: t.uint8().default(0),
    /** Cards that are left to be drawn. */
    pile: t.uint8().default(0),
    /** True: the one whose turn it is has drawn. */
    drawn: t.boolean().default(false),
    /** The last move, for people, and the seat that made it; both empty: none. */
    last: t.string().default(""),
    lastBy: t.string().default(""),
    /** True: who made the last move may ask to take it back. */
    mayUndo: t.boolean().default(false),
    /** The seat that has won; empty until then. */
    winner: t.string().default(""),
  },
});
export type CardsState = InstanceType<typeof CardsState>;

/** What the leader may set. */
export const cardsSettings = z.object({
  /** Cards that each is dealt. */
  cards: z.int().min(3).max(8).default(6),
  /** The match ends when somebody has so many points. */
  limit: z.int().min(20).max(500).default(100),
  /** Seconds of a turn; 0: as long as it takes. */
  turnS: z.int().min(0).max(259_200).default(0),
  /** Whether those who are away are waited for or skipped. */
  absent: z.enum(["wait", "skip"]).default("wait"),
  /** Seconds in which the others may agree that a move is taken back. */
  undoS: z.int().min(5).max(86_400).default(30),
});
