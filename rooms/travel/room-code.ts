import { randomInt } from "node:crypto";
import { matchMaker } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";
import { CODE_ALPHABET } from "../../shared/internal.ts";
import { isMasked } from "../messaging/obscenity.ts";

/**
 * The code of a room that was closed, for those who come back to it.
 *
 * @throws ROOM_OPEN somebody was quicker
 */
export async function formerCode(code: string): Promise<string> {
  if (await matchMaker.driver.findOne({ roomId: code })) throw new RoomkeepError("ROOM_OPEN");
  return code;
}

/** Codes that the chat would mask cannot be told to a friend there. */
export const isUnwanted = (code: string): boolean => isMasked(code);

/**
 * A code of so many letters that no open room has, nor a match that may open again. A room that is restored
 * by hot reload keeps the one it had.
 */
export async function uniqueCode(
  current: string,
  length: number,
  isKept: (code: string) => Promise<boolean>,
): Promise<string> {
  const letters = new RegExp(`^[${CODE_ALPHABET}]{${length}}$`);
  if (letters.test(current)) return current;
  for (;;) {
    // Who knows the code of a private room is let in: it must not be foretold from earlier ones.
    const letter = () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length));
    const code = Array.from({ length }, letter).join("");
    if (isUnwanted(code) || (await matchMaker.driver.findOne({ roomId: code }))) continue;
    if (!(await isKept(code))) return code;
  }
}
