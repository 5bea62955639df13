import { z } from "zod";
import { CHAT_MAX, COLORS, COMMAND_MAX, EMOTES, NAME_MAX, SHAPES } from "../constants.ts";
import type { ItemNews } from "./item-messages.ts";

/**
 * Control, format, surrogate and separator characters: nothing that hides, reverses or breaks a line. The two
 * joiners stay, because emoji and several scripts are written with them.
 */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;
const INVISIBLE = /\s|\u200c|\u200d|\p{Mn}|\u115f|\u1160|\u3164|\uffa0|\u2800/gu;

const showable = (max: number) =>
  z
    .string()
    .max(max * 4)
    .transform((text) => text.normalize("NFC").trim())
    .refine((text) => text.replace(INVISIBLE, "").length > 0, "is empty")
    .refine((text) => [...text].length <= max, `is longer than ${max} characters`)
    .refine((text) => !UNSHOWABLE.test(text), "holds characters that cannot be shown");

/** A player's name: 1–24 characters that can be shown. */
export const playerName = showable(NAME_MAX);
/** A line for everybody on the server: 1 to 240 characters that can be shown. */
export const announcement = showable(CHAT_MAX);
/** What a player looks like: indices into COLORS and SHAPES. */
export const looks = z.strictObject({
  color: z
    .int()
    .min(0)
    .max(COLORS.length - 1),
  shape: z
    .int()
    .min(0)
    .max(SHAPES.length - 1),
});

/** What every room of roomkeep understands; games add their own. */
export const roomMessages = {
  chat: z.strictObject({ text: showable(CHAT_MAX) }),
  emote: z.strictObject({ emote: z.int().min(0).max(EMOTES.length) }),
  /**
   * A line to one character, wherever they are, answered by "whisper.sent". `to`: name or session id of
   * somebody in the room, name of somebody in the party, or any character's id.
   */
  whisper: z.strictObject({
    to: z
      .string()
      .min(1)
      .max(NAME_MAX * 4),
    text: showable(CHAT_MAX),
  }),
  /** A line to the own party, answered by "party.said". */
  "party.say": z.strictObject({ text: showable(CHAT_MAX) }),
  /** The client could not get to the room that it was sent to. */
  "travel.back": z.strictObject({}),
  /** Asks for the other rooms of a place that has several, answered by "siblings". */
  siblings: z.strictObject({}),
  /** Changes over to one of them, by its code. */
  "travel.sibling": z.strictObject({ code: z.string().min(1).max(16) }),
  /** `to`: session id or name of somebody in the room. */
  "party.invite": z.strictObject({
    to: z
      .string()
      .min(1)
      .max(NAME_MAX * 4),
  }),
  /** `party`: id from the invitation. */
  "party.accept": z.strictObject({ party: z.uuid() }),
  "party.decline": z.strictObject({ party: z.uuid() }),
  "party.leave": z.strictObject({}),
  /** `member`: character id from the party's list. */
  "party.kick": z.strictObject({ member: z.uuid() }),
  "party.lead": z.strictObject({ member: z.uuid() }),
  /** A line for the room's console, answered by "console"; a refused one by "refused". */
  command: z.strictObject({ line: z.string().min(1).max(COMMAND_MAX) }),
  /** What a line of the console may become, answered by "completions". */
  complete: z.strictObject({ line: z.string().max(COMMAND_MAX) }),
};

/** What a room sends beside its state. */
export interface ServerMessages extends ItemNews {
  chat: ChatLine;
  /** `request`: of a refused message that had one. */
  /** A line from another character, whose id is `from`. */
  whisper: { from: string; name: string; text: string };
  "whisper.sent": { to: string; text: string; outcome: DeliveryOutcome };
  "party.say": { from: string; name: string; text: string };
  /** `missed`: names of those whom it did not reach, or may not have. */
  "party.said": { text: string; missed: string[] };
  refused: { type: string; code: string; reason: string; request?: string };
  notice: { code: string; text: string };
  event: EventMessage;
  /** Many join at once: the state comes when it is one's turn. `place` 1 is next, 0: here it is. */
  queue: { place: number };
  travel: TravelMessage;
  /** The own room's code, and the other rooms of the same place that have a seat. */
  siblings: { here: string; others: { code: string; players: number; max: number }[] };
  /** The own party after each change; null: one is in none. Only members are told. */
  party: PartyView | null;
  "party.invited": { party: string; by: string };
  /** Who of the party was not taken along, and why. */
  "party.behind": { to: string; members: { name: string; code: string; reason: string }[] };
  console: { line: string; text: string };
  completions: { line: string; lines: string[] };
}

/**
 * What became of a line to somebody: `unknown` when the answer of their process was lost. It is not sent
 * again.
 */
export type DeliveryOutcome = "delivered" | "offline" | "unknown";

/** How a journey goes on, as the traveller's client is told. */
export type TravelMessage =
  /** The avatar stands still from now on: time to fade. `to`: the place's name for people. */
  | { phase: "leaving"; to: string }
  /** Take this seat now; the old connection is closed from the other side. */
  | { phase: "go"; to: string; seat: SeatReservation }
  /** Nothing came of it: one is still in this room, where one stood. */
  | { phase: "stayed"; to: string; code: string; reason: string };

/** A seat that is kept for one client, for `consumeSeatReservation` of the SDK. */
export interface SeatReservation {
  name: string;
  roomId: string;
  sessionId: string;
  processId: string;
  publicAddress?: string;
  devMode?: boolean;
}

/** A party as its members see it. */
export interface PartyView {
  id: string;
  /** Character id of the leader. */
  lead: string;
  /** Character id of whoever is told. */
  you: string;
  members: PartyMember[];
}

/** One member of a party, the longest first. */
export interface PartyMember {
  /** Character id. */
  id: string;
  name: string;
  /** Index into COLORS. */
  color: number;
  /** Where they are, for people; empty while they are away. */
  place: string;
  /** Room they are in; empty while they are away. */
  roomId: string;
  /** Session id there. */
  sessionId: string;
}

/** Something that happened, as the clients it is for receive it: see `defineEvent`. */
export interface EventMessage {
  name: string;
  /** Id of the actor that it is about. */
  actor: string | undefined;
  /** Where it happened, metres. */
  x: number | undefined;
  z: number | undefined;
  payload: unknown;
}

/** One line of chat as everybody receives it. */
export interface ChatLine {
  /** Session id of the speaker, empty when the room itself speaks. */
  from: string;
  name: string;
  text: string;
}
