import { CLOSE } from "../../shared/index.ts";

/** Why a session has ended. */
export type DisconnectKind =
  | "taken-over"
  | "kicked"
  | "banned"
  | "closed"
  | "idle"
  | "signed-out"
  | "abuse"
  | "over"
  | "unreachable";

/** The screen with the reason why the session has ended and what the player can do. */
export interface DisconnectNotice {
  readonly kind: DisconnectKind;
  /** Close code. */
  readonly code: number;
  readonly title: string;
  readonly text: string;
  /** Label of the button that goes on. */
  readonly action: string;
}

/**
 * The notice for a close code; undefined when the page comes back by itself (a drop, a restart, a lost
 * lease).
 *
 * @param reason of the close: what an operator wrote begins with "Reason: "
 */
export function noticeFor(code: number, reason = ""): DisconnectNotice | undefined {
  const why = reason.startsWith("Reason: ") ? ` ${reason.replace(/\p{P}$/u, "")}.` : "";
  switch (code) {
    case CLOSE.TAKEN_OVER:
      return {
        kind: "taken-over",
        code,
        title: "You are playing elsewhere",
        text: "Your character was opened in another tab or on another device. Only the newest connection can play it. If that was not you, open your account, sign out on all devices and change the password.",
        action: "Play here",
      };
    case CLOSE.KICKED:
      return {
        kind: "kicked",
        code,
        title: "You were removed from the room",
        text: `The room's leader or a moderator removed you.${why} Your character is saved, and other rooms are open to you.`,
        action: "Back to the start",
      };
    case CLOSE.CLOSED:
      return {
        kind: "closed",
        code,
        title: "The room was closed",
        text: `An operator of this server closed the room.${why} Your character is saved.`,
        action: "Back to the start",
      };
    case CLOSE.BANNED:
      return {
        kind: "banned",
        code,
        title: "You are banned",
        text: "A moderator has banned you, so you cannot play here now. Your character is saved. In your account you can still download or delete your data.",
        action: "Back to the start",
      };
    case CLOSE.IDLE:
      return {
        kind: "idle",
        code,
        title: "You were away for long",
        text: "You did nothing for so long that your seat was given up. Your character is saved. Play again when you are back.",
        action: "Back to the start",
      };
    case CLOSE.SIGNED_OUT:
      return {
        kind: "signed-out",
        code,
        title: "You were signed out",
        text: "This sign-in was ended: somebody signed out on all devices, changed the password or recovered the account. Your character is saved. Sign in again to go on.",
        action: "Back to the start",
      };
    case CLOSE.ABUSE:
      return {
        kind: "abuse",
        code,
        title: "The server closed the connection",
        text: "The server received messages that it could not read. Reload the page to get its newest version.",
        action: "Try again",
      };
    default:
      return undefined;
  }
}

/** A spectator's notice for a code after which players come back; undefined: spectators do as well. */
export function watchNoticeFor(code: number): DisconnectNotice | undefined {
  if (code !== CLOSE.ROOM_ENDED) return undefined;
  return {
    kind: "over",
    code,
    title: "There is nothing more to watch",
    text: "Everybody who played here has left, and the room has closed.",
    action: "Back to the start",
  };
}

/** The notice after all attempts to come back have failed. @param code of the close that came before them */
export function unreachableNotice(code: number): DisconnectNotice {
  return {
    kind: "unreachable",
    code,
    title: "The connection is lost",
    text: "The server did not answer for two minutes. Your character is saved where it last stood.",
    action: "Try again",
  };
}

/** The line that the page shows while it comes back by itself. */
export function reconnectText(code: number): string {
  if (code === CLOSE.TOO_SLOW) return "The connection was too slow. Reconnecting…";
  if (code === CLOSE.FENCED) return "Your place in the room has moved. Reconnecting…";
  if (code === 4001) return "The server restarts. You will be back where you stand. Reconnecting…";
  return "The connection is lost. Reconnecting…";
}
