import { z } from "zod";
import { announcement, COMMAND_MAX } from "../../shared/internal.ts";
import { ROLES } from "../messaging/console.ts";
import type { Role } from "../ports/ports.ts";

/** Longest reason of an act, in characters. */
export const REASON_MAX = 500;
/** Ticks are whole; seconds are not. */
const tick = z.int().min(0);
const reason = z.string().trim().min(1).max(REASON_MAX);
const by = z.string().trim().min(1).max(100);
const player = z.string().min(1).max(64);

/** What the operator's desk asks of a room. Each is one object; `ask` says what. */
export const deskRequest = z.discriminatedUnion("ask", [
  z.strictObject({ ask: z.literal("overview") }),
  /** `secrets`: with addresses. */
  z.strictObject({ ask: z.literal("players"), secrets: z.boolean().default(false) }),
  z.strictObject({
    ask: z.literal("state"),
    /** A JSON pointer into the state, such as `/actors/k3Jd/hp`. */
    path: z.string().max(1_000).default(""),
    /** Looks for names and values that contain it, instead. */
    find: z.string().max(100).default(""),
    secrets: z.boolean().default(false),
  }),
  z.strictObject({ ask: z.literal("ticks") }),
  z.strictObject({
    ask: z.literal("picture"),
    /** The version of the level that the asker has. */
    level: z.string().max(32).default(""),
  }),
  z.strictObject({ ask: z.literal("lock"), locked: z.boolean() }),
  z.strictObject({ ask: z.literal("announce"), text: announcement }),
  z.strictObject({ ask: z.literal("kick"), player, reason }),
  z.strictObject({ ask: z.literal("close"), reason }),
  z.strictObject({ ask: z.literal("move") }),
  z.strictObject({
    ask: z.literal("command"),
    line: z.string().min(1).max(COMMAND_MAX),
    by,
    role: z.enum(ROLES as [Role, ...Role[]]),
  }),
  z.strictObject({
    ask: z.literal("keep"),
    reason,
    by,
    about: z.string().max(100).optional(),
  }),
  z.strictObject({ ask: z.literal("scrub.open"), level: z.string().max(32).default("") }),
  z.strictObject({
    ask: z.literal("scrub.frames"),
    scrub: z.string().max(40),
    fromTick: tick,
    toTick: tick,
  }),
  z.strictObject({
    ask: z.literal("scrub.path"),
    scrub: z.string().max(40),
    player,
  }),
  z.strictObject({ ask: z.literal("scrub.close"), scrub: z.string().max(40) }),
]);

export type DeskRequest = z.output<typeof deskRequest>;
/** The request of one kind. */
export type Asked<Ask extends DeskRequest["ask"]> = Extract<DeskRequest, { ask: Ask }>;
