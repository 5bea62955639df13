import { randomInt } from "node:crypto";
import { matchMaker } from "@colyseus/core";
import { CODE_ALPHABET } from "../../shared/internal.ts";

/** A code of so many letters that no open room has. A room that is restored by hot reload keeps the one it had. */
export async function uniqueCode(current: string, length: number): Promise<string> {
  const letters = new RegExp(`^[${CODE_ALPHABET}]{${length}}$`);
  if (letters.test(current)) return current;
  for (;;) {
    // Who knows the code of a private room is let in: it must not be foretold from earlier ones.
    const letter = () => CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length));
    const code = Array.from({ length }, letter).join("");
    if (!(await matchMaker.driver.findOne({ roomId: code }))) return code;
  }
}
