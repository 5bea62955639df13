import { CODE_ALPHABET, CODE_LENGTH, CODE_LENGTH_MAX } from "../../shared/internal.ts";

/** Reads a room code out of a typed or pasted text: a code in any case, or a whole link. */
export function readRoomCode(text: string): string | undefined {
  const fromLink = /[?&]room=([^&#]+)/u.exec(text)?.[1];
  const code = (fromLink ?? text).toUpperCase().replace(/[\s-]/gu, "");
  const { length } = code;
  const fits =
    length >= CODE_LENGTH &&
    length <= CODE_LENGTH_MAX &&
    [...code].every((letter) => CODE_ALPHABET.includes(letter));
  return fits ? code : undefined;
}
