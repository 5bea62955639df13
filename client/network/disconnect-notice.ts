import { CLOSE, CODE_ALPHABET, CODE_LENGTH } from "roomkeep/shared";

/** The screen that says why the visit is over and what one can do. */
export interface DisconnectNotice {
  code: number;
  title: string;
  text: string;
  /** Label of the button that goes on. */
  action: string;
}

/**
 * What a close code means to a player: a farewell for a visit that is over, undefined when the page should come
 * back by itself (a drop, a restart, a lost lease).
 */
export function noticeFor(code: number): DisconnectNotice | undefined {
  switch (code) {
    case CLOSE.TAKEN_OVER:
      return {
        code,
        title: "You are playing elsewhere",
        text: "Your character was opened in another tab or on another device. Only one can be you, and the newest plays. Was that not you? In your account you can sign out on all devices and change the password.",
        action: "Play here",
      };
    case CLOSE.KICKED:
      return {
        code,
        title: "You were asked to leave",
        text: "Somebody who looks after this place removed you from the room. Your character is safe.",
        action: "Back to the start",
      };
    case CLOSE.ABUSE:
      return {
        code,
        title: "The connection was closed",
        text: "The server received too much that it could not understand. Reload the page to get its newest version.",
        action: "Try again",
      };
    default:
      return undefined;
  }
}

/** What is shown while the page comes back by itself. */
export function reasonFor(code: number): string {
  if (code === CLOSE.TOO_SLOW) return "The connection was too slow for a while. Coming back…";
  if (code === CLOSE.FENCED) return "Your seat moved. Coming back…";
  if (code === 4001) return "The server restarts. You will be back where you stand…";
  return "Connection lost. Coming back…";
}

/** Reads a room code out of what somebody typed or pasted: a code in any case, or a whole link. */
export function readCode(text: string): string | undefined {
  const fromLink = /[?&]room=([^&#]+)/u.exec(text)?.[1];
  const code = (fromLink ?? text).toUpperCase().replace(/[\s-]/gu, "");
  const fits = code.length === CODE_LENGTH && [...code].every((letter) => CODE_ALPHABET.includes(letter));
  return fits ? code : undefined;
}
