import { RoomkeepError } from "../../shared/index.ts";
import { type Folded, foldWithin, keyOfName } from "../accounts/account-names.ts";
import type { NameRules } from "../accounts/name-rules.ts";

/** Marks that stand on one letter at most; more tower over the lines above. No living script needs four. */
const STACKED = /\p{M}{4}/u;

/** The rules for names that players give to something that all see. */
export interface PluginNames {
  /**
   * Checks a name by the rules for those of accounts, and that no letter has more than three marks.
   *
   * @param length shortest and longest, in characters
   * @returns the name as it is shown, and its key: names that look alike have the same
   * @throws NAME_INVALID too short, too long, or characters that a name may not hold
   * @throws NAME_REFUSED it is obscene, or reserved for those who run the server
   */
  check(name: string, length: { readonly min: number; readonly max: number }): Folded;
  /** The key of a text that names are searched by. Never throws. */
  key(text: string): string;
}

/** Opens the names of plugins on the rules of the server. */
export function openPluginNames(rules: NameRules): PluginNames {
  return {
    check(name, length) {
      const folded = foldWithin(name, { ...length, code: "NAME_INVALID" });
      if (STACKED.test(folded.shown.normalize("NFD")))
        throw new RoomkeepError("NAME_INVALID", "A letter of the name has too many marks.");
      rules.check(folded.shown);
      return folded;
    },
    key: (text) => keyOfName(text.slice(0, 400).replace(/\s+/g, " ").trim()),
  };
}
