import { matchMaker } from "@colyseus/core";
import { CODE_ALPHABET, CODE_LENGTH } from "../../shared/internal.ts";

/** A short code that no open room has. A room that is restored by hot reload keeps the one it had. */
export async function uniqueCode(current: string): Promise<string> {
  if (current.length === CODE_LENGTH) return current;
  for (;;) {
    const code = Array.from({ length: CODE_LENGTH }, () =>
      CODE_ALPHABET.charAt(Math.floor(Math.random() * CODE_ALPHABET.length)),
    ).join("");
    if (!(await matchMaker.driver.findOne({ roomId: code }))) return code;
  }
}
