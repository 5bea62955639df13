import { z } from "zod";
import {
  CHAT_MAX,
  COLORS,
  COMMAND_MAX,
  EMOTES,
  NAME_MAX,
  REPORT_MAX,
  REPORT_REASONS,
  SHAPES,
} from "../constants.ts";
import type { ItemNews } from "./item-messages.ts";

/**
 * Control, format, surrogate and separator characters: nothing that hides, reverses or breaks a line. The two
 * joiners stay, because emoji and several scripts are written with them.
 */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/u;
const INVISIBLE = /\s|\u200c|\u200d|\p{Mn}|\u115f|\u1160|\u3164|\uffa0|\u2800/gu;

/**
 * A text that players write for others, of 1 to `max` characters: composed (NFC) and trimmed. What hides,
 * reverses or breaks a line does not fit it.
 *
 * @example
 * const schema = z.strictObject({ text: shownText(200) });
 */
export const shownText = (max: number) =>
  z
    .string()
    .max(max * 4)
    .transform((text) => text.normalize("NFC").trim())
    .refine((text) => text.replace(INVISIBLE, "").length > 0, "is empty")
    .refine((text) => [...text].length <= max, `is longer than ${max} characters`)
    .refine((text) => !UNSHOWABLE.test(text), "holds characters that cannot be shown");

/** A player's name: 1–24 characters that can be shown. */
export const playerName = shownText(NAME_MAX);
/** A line for everybody on the server: 1 to 240 characters that can be shown. */
export const announcement = shownText(CHAT_MAX);
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
  chat: z.strictObject({ text: shownText(CHAT_MAX) }),
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
    text: shownText(CHAT_MAX),
  }),
  /** A line to the own party, answered by "party.said". */
  "party.say": z.strictObject({ text: shownText(CHAT_MAX) }),
  /** Asks for what it takes to come back, answered by "room.seat". */
  "room.seat": z.strictObject({}),
  /** A spectator becomes a player: answered by "seat.taken". */
  "seat.take": z.strictObject({}),
  /** A spectator of a world looks from a place, metres. */
  "spectate.look": z.strictObject({ x: z.number(), z: z.number() }),
  /** A spectator of a world looks from where an actor is, by its id. */
  "spectate.follow": z.strictObject({ actor: z.string().min(1).max(64) }),
  /** The client could not join the room of its hand-over. */
  /** `seat`: session id of the seat that could not be taken; without it, of whichever was sent last. */
  "travel.back": z.strictObject({ seat: z.string().max(32).optional() }),
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
  /** A warning was read by its player: it is not shown again. `id`: of the message "sanction". */
  "sanction.read": z.strictObject({ id: z.uuid() }),
  /**
   * Reports a player to the moderators, answered by "report.sent". `who`: session id of a player who is in
   * the room, or left it a moment ago. The room adds what was said there.
   */
  report: z.strictObject({
    who: z.string().min(1).max(32),
    reason: z.enum(REPORT_REASONS),
    text: z.union([z.literal(""), shownText(REPORT_MAX)]).default(""),
  }),
  /** Asks for lines that the given one may become, answered by "completions". */
  complete: z.strictObject({ line: z.string().max(COMMAND_MAX) }),
};

/** Messages from a room to its clients, beside its state. */
export interface ServerMessages extends ItemNews {
  /** A line that somebody in the room said. */
  chat: ChatLine;
  /** `request`: of a refused message that had one. */
  /** A line from another character, whose id is `from`. */
  whisper: { from: string; name: string; text: string };
  /** `to` as it was written; `character`: the id that it stood for. */
  "whisper.sent": { to: string; character: string; text: string; outcome: DeliveryOutcome };
  /** A line from a member of the own party, whose character id is `from`. */
  "party.say": { from: string; name: string; text: string };
  /** `missed`: names of the members that it did not reach, or perhaps did not. */
  "party.said": { text: string; missed: string[] };
  /**
   * What it takes to come back: the token opens the room anew under its code; a spectator gets none. `build`:
   * of the server's page.
   * `keptS`: seconds for which the room keeps the seat of a dropped player; absent: 30. `match`: values of
   * `matchBy` that the room is for, which a room that is opened anew, or another one, is joined by.
   */
  "room.seat": {
    returnToken?: string;
    build: string;
    keptS?: number;
    match?: Readonly<Record<string, string | number | boolean | undefined>>;
  };
  /** A message of the own that changed nothing, and why. `request`: its request id, if it had one. */
  refused: { type: string; code: string; reason: string; request?: string };
  /**
   * To who watches, at the join and when `seat` has changed: the first state comes in so many seconds, and
   * all else so much later. `chat`: spectators may chat among themselves. `seat`: a seat is free.
   */
  viewer: { as: "screen" | "spectator"; delayS: number; chat: boolean; seat: boolean };
  /** The seat of a spectator who asked for one: take it, then leave this connection. */
  "seat.taken": { seat: SeatReservation };
  /** A line for the player, from the room or an operator; `code` tells its kind. */
  notice: { code: string; text: string };
  /** What moderators did to this player: at the join, as it is given, and before the connection closes. */
  sanction: SanctionMessage;
  /** The report has arrived. `who` as it was sent. */
  "report.sent": { who: string };
  /** An event of the world that is for this player. */
  event: EventMessage;
  /** The place in the join queue: 1 is next, with 0 the full state comes. */
  queue: { place: number };
  /** A journey to another room: where to, or how it ended. */
  travel: TravelMessage;
  /** The own room's code, and the other rooms of the same place that have a seat. */
  siblings: { here: string; others: { code: string; players: number; max: number }[] };
  /** The own party after each change, sent to its members; null: no longer in a party. */
  party: PartyView | null;
  /** An invitation into the party of that id, by the player named `by`. */
  "party.invited": { party: string; by: string };
  /** The members of the party who did not come along, and the reasons. */
  "party.behind": { to: string; members: { name: string; code: string; reason: string }[] };
  /** The answer to a line that was given to the console. */
  console: { line: string; text: string };
  /** Whole lines that a begun line may become, at most twenty. */
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
  /** Of the party; another one after it was left and formed anew. */
  id: string;
  /** Character id of the leader. */
  lead: string;
  /** Character id of the receiver. */
  you: string;
  /** Everybody in it, the receiver too, in the order in which they came. */
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

/** A sanction, as its player is told. */
export interface SanctionMessage {
  id: string;
  kind: "warn" | "mute" | "kick" | "ban";
  /** In the words of the moderator. */
  reason: string;
  /** ISO time of its end; null: it has none, or it is a warning or a kick. */
  until: string | null;
  /** True: it has ended, or was lifted: the player may chat again. */
  over?: boolean;
  /** What is muted. */
  chat?: boolean;
  voice?: boolean;
  /** How to object: a text or an address; empty where the server says nothing. */
  appeal: string;
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
