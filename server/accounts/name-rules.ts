import type { Role } from "../../rooms/index.ts";
import { isObsceneName } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { LATIN_FOR } from "./account-names.ts";

/** Words that no player may be called by, unless the setting says otherwise. */
export const RESERVED_NAMES =
  "admin,administrator,moderator,mod,gamemaster,gm,staff,support,system,server,operator,owner,official,roomkeep";

/** Digits and signs that are written for letters. */
const READ_AS: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
  "|": "i",
};

/** Which names players may take. */
export interface NameRules {
  /**
   * @param role of whoever takes the name: moderators and admins may have a reserved one
   * @throws NAME_REFUSED the name is obscene, or passes for somebody who runs the server
   */
  check(name: string, role?: Role): void;
}

/**
 * Opens the rules.
 *
 * @param reserved words that no name may have, in any spelling
 */
export function openNameRules(reserved: readonly string[]): NameRules {
  const words = new Set(reserved.map(plain));
  return {
    check(name, role = "player") {
      if (isObsceneName(name)) throw new RoomkeepError("NAME_REFUSED", "The name holds an obscene word.");
      if (role !== "player") return;
      const read = plain(name);
      const parts = [...read.split(/[^\p{L}\p{N}]+/u), read.replace(/[^\p{L}\p{N}]/gu, "")];
      if (parts.some((part) => words.has(part)))
        throw new RoomkeepError("NAME_REFUSED", "The name is reserved for those who run this server.");
    },
  };
}

/** As a name is read: without case, accents, and the tricks of {@link READ_AS}. */
function plain(name: string): string {
  const bare = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return Array.from(bare, (letter) => LATIN_FOR[letter] ?? READ_AS[letter] ?? letter).join("");
}
