import { readErrorCode } from "roomkeep/shared";
import { ApiError } from "./http-client.ts";

/** Where a refusal belongs in a form, and words that are better there than the server's. */
interface ErrorText {
  field?: string;
  text?: string;
}

const TEXTS: Record<string, ErrorText> = {
  ACCOUNT_NAME_INVALID: { field: "username" },
  NAME_TAKEN: {
    field: "username",
    text: "Somebody has this name, or one that looks like it. Please try another.",
  },
  EMAIL_INVALID: {
    field: "email",
    text: "This does not look like an e-mail address. You may also leave it empty.",
  },
  EMAIL_TAKEN: { field: "email", text: "Another account has this address. Is it yours? Then sign in." },
  PASSWORD_WEAK: { field: "new-password" },
  SIGN_IN_REFUSED: {
    field: "current-password",
    text: "This name and password do not fit together. Please try again.",
  },
  RESET_INVALID: {
    field: "code",
    text: "This code is wrong, was used, or is older than a day. Ask whoever runs this server for a new one.",
  },
  RECOVERY_INVALID: { field: "code", text: "Nobody has this recovery code. Please check each letter." },
  ALREADY_REGISTERED: { text: "This character has an account already. Sign in with it." },
  CHARACTER_LIVE: {
    text: "This character is playing right now, here or elsewhere. Leave the room first, then try again.",
  },
  CHARACTER_CLAIMED: {
    text: "Somebody came in with this character just now, and the newest wins. If that was you on another device, play on there; else try again.",
  },
  CHARACTER_MISSING: { text: "There is no such character any more. Choose another or make a new one." },
  IDENTITY_TAKEN: {
    text: "That sign-in belongs to another account here. Sign in with it instead of making a new account.",
  },
  IDENTITY_REFUSED: { text: "The other site did not let you in, or it took too long. Please try again." },
};

/** What went wrong, for people. */
export function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ApiError) return TEXTS[error.code]?.text ?? message;
  if (/failed to fetch|networkerror|offline/iu.test(message))
    return "The server does not answer. Try again in a moment.";
  const { code, reason } = readErrorCode(message);
  return (code && TEXTS[code]?.text) || reason || "That did not work. Try again in a moment.";
}

/** Name of the form's field that a refusal is about; undefined: the form as a whole. */
export function fieldOf(error: unknown): string | undefined {
  return error instanceof ApiError ? TEXTS[error.code]?.field : undefined;
}
