import { z } from "zod";
import { CHAT_MAX, COLORS, EMOTES, NAME_MAX, SHAPES } from "./constants.ts";

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
};

/** What a room sends beside its state. */
export interface ServerMessages {
  chat: ChatLine;
  refused: { type: string; code: string; reason: string };
  notice: { code: string; text: string };
  event: EventMessage;
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
