import { readErrorCode } from "../../shared/index.ts";
import { ApiError } from "./http-client.ts";

/** The form field of an error code, and a text that fits the page better than the server's. */
interface ErrorText {
  field?: string;
  text?: string;
}

const TEXTS: Record<string, ErrorText> = {
  ACCOUNT_NAME_INVALID: { field: "username" },
  NAME_TAKEN: {
    field: "username",
    text: "Another account has this name, or one that looks like it. Choose another name.",
  },
  EMAIL_INVALID: {
    field: "email",
    text: "This is not an e-mail address. Correct it, or leave the field empty.",
  },
  EMAIL_TAKEN: { field: "email", text: "Another account has this address. If it is yours, sign in." },
  PASSWORD_WEAK: { field: "new-password" },
  SIGN_IN_REFUSED: {
    field: "current-password",
    text: "The name or the password is wrong. Try again.",
  },
  RESET_INVALID: {
    field: "code",
    text: "This code is wrong, was used, or is older than a day. Ask an admin of this server for a new one.",
  },
  RECOVERY_INVALID: { field: "code", text: "No guest has this recovery code. Check each letter." },
  ALREADY_REGISTERED: { text: "This character has an account already. Sign in to it." },
  CHARACTER_LIVE: {
    text: "This character is in a room, here or on another device. Leave the room first, then try again.",
  },
  CHARACTER_CLAIMED: {
    text: "This character has just joined a room somewhere else. If that was you on another device, play on there; if not, try again.",
  },
  CHARACTER_MISSING: {
    text: "This character does not exist any more. Choose another one or make a new one.",
  },
  ROOM_FULL: { text: "This room is full. Try again in a moment, or choose another room." },
  ROOM_SILENT: { text: "This room does not answer now. Try again in a moment." },
  ROOMS_FULL: {
    text: "This server cannot open another room now. Join one of the open rooms, or try again later.",
  },
  MEMORY_SHORT: {
    text: "This server has too much to do at this moment. Try again in a few seconds.",
  },
  SEATS_LIMITED: {
    text: "Too many players of your account or network are joining at this moment. Try again in a few seconds.",
  },
  SEAT_EXPIRED: {
    text: "The join took too long, or you joined somewhere else meanwhile. Try again.",
  },
  MATCH_OVER: { text: "That match has ended. Begin a new one, or choose another." },
  MATCH_CLOSED: { text: "That match is under way without you. Begin one of your own, or join another room." },
  MATCH_SEALED: { text: "That match cannot be opened now. Tell an admin of this server." },
  ZONE_SEALED: {
    text: "This place is closed for now. Nothing of yours is lost. Tell an admin of this server.",
  },
  IDENTITY_TAKEN: {
    text: "This identity belongs to another account here. Sign in with it instead of making a new account.",
  },
  IDENTITY_REFUSED: { text: "The other site refused the sign-in, or it took too long. Try again." },
};

/** The text of an error, for people. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiError) return TEXTS[error.code]?.text ?? message;
  if (/failed to fetch|networkerror|offline/iu.test(message))
    return "The server does not answer. Try again in a moment.";
  const { code, reason } = readErrorCode(message);
  return (code && TEXTS[code]?.text) || reason || "That did not work. Try again in a moment.";
}

/** Name of the form field that an error belongs to; undefined: the whole form. */
export function fieldOf(error: unknown): string | undefined {
  return error instanceof ApiError ? TEXTS[error.code]?.field : undefined;
}
