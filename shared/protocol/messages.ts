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
/** Looks of a player: indices into COLORS and SHAPES. */
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

/** Messages that every room of roomkeep takes; games add their own. */
export const roomMessages = {
  chat: z.strictObject({ text: showable(CHAT_MAX) }),
  emote: z.strictObject({ emote: z.int().min(0).max(EMOTES.length) }),
  /**
   * A line to one character, wherever they are, answered by "whisper.sent". `to`: name or session id of a
   * player in the room, name of a member of the party, or the id of any character.
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
  /** Asks for what it takes to come back, answered by "room.seat". */
  "room.seat": z.strictObject({}),
  /** A spectator becomes a player: answered by "seat.taken". */
  "seat.take": z.strictObject({}),
  /** A spectator of a world looks from a place, metres. */
  "spectate.look": z.strictObject({ x: z.number(), z: z.number() }),
  /** A spectator of a world looks from where an actor is, by its id. */
  "spectate.follow": z.strictObject({ actor: z.string().min(1).max(64) }),
  /** The client could not join the room of its hand-over. */
  "travel.back": z.strictObject({}),
  /** Asks for the other rooms of a place that has several, answered by "siblings". */
  siblings: z.strictObject({}),
  /** Moves to one of them, by its code. */
  "travel.sibling": z.strictObject({ code: z.string().min(1).max(16) }),
  /** `to`: session id or name of a player in the room. */
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
  /** Asks for lines that the given one may become, answered by "completions". */
  complete: z.strictObject({ line: z.string().max(COMMAND_MAX) }),
};

/** Messages from a room to its clients, beside its state. */
export interface ServerMessages extends ItemNews {
  chat: ChatLine;
  /** `request`: of a refused message that had one. */
  /** A line from another character, whose id is `from`. */
  whisper: { from: string; name: string; text: string };
  /** `to` as it was written; `character`: the id that it stood for. */
  "whisper.sent": { to: string; character: string; text: string; outcome: DeliveryOutcome };
  "party.say": { from: string; name: string; text: string };
  /** `missed`: names of the members that it did not reach, or perhaps did not. */
  "party.said": { text: string; missed: string[] };
  /**
   * What it takes to come back: the token opens the room anew under its code. `build`: of the server's page.
   * `keptS`: seconds for which the room keeps the seat of a dropped player; absent: 30.
   */
  "room.seat": { returnToken: string; build: string; keptS?: number };
  refused: { type: string; code: string; reason: string; request?: string };
  /** To who watches, at the join: the first state comes in so many seconds, and all else so much later. */
  viewer: { as: "screen" | "spectator"; delayS: number };
  /** The seat of a spectator who asked for one: take it, then leave this connection. */
  "seat.taken": { seat: SeatReservation };
  notice: { code: string; text: string };
  event: EventMessage;
  /** The place in the join queue: 1 is next, with 0 the full state comes. */
  queue: { place: number };
  travel: TravelMessage;
  /** The own room's code, and the other rooms of the same place that have a seat. */
  siblings: { here: string; others: { code: string; players: number; max: number }[] };
  /** The own party after each change, sent to its members; null: no longer in a party. */
  party: PartyView | null;
  "party.invited": { party: string; by: string };
  /** The members of the party who did not come along, and the reasons. */
  "party.behind": { to: string; members: { name: string; code: string; reason: string }[] };
  console: { line: string; text: string };
  completions: { line: string; lines: string[] };
}

/**
 * Outcome of a direct message. `unknown`: the answer of the other process was lost; the message is not sent
 * again.
 */
export type DeliveryOutcome = "delivered" | "offline" | "unknown";

/** Steps of a hand-over to another room, as the client receives them. */
export type TravelMessage =
  /** The avatar stands still from now on: time to fade. `to`: the place's name for people. */
  | { phase: "leaving"; to: string }
  /** Take this seat now; the old connection is closed from the other side. */
  | { phase: "go"; to: string; seat: SeatReservation }
  /** It failed: the player is still in this room, at the same place. */
  | { phase: "stayed"; to: string; code: string; reason: string };

/** A seat that is reserved for one client, for `consumeSeatReservation` of the SDK. */
export interface SeatReservation {
  name: string;
  roomId: string;
  sessionId: string;
  processId: string;
  publicAddress?: string;
  devMode?: boolean;
}

/** A party as one of its members sees it: who leads it, and where each member is. */
export interface PartyView {
  id: string;
  /** Character id of the leader. */
  lead: string;
  /** Character id of the receiver. */
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
  /** Label of their room; empty while they are away. */
  place: string;
  /** Room they are in; empty while they are away. */
  roomId: string;
  /** Session id there. */
  sessionId: string;
}

/** An event as its receivers get it: see `defineEvent`. */
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
  /** Character id of the speaker: stays when they rename or come again. */
  character?: string;
  name: string;
  text: string;
}
