import { openWordFilter } from "roomkeep/rooms";
import { RoomkeepError, shownText } from "roomkeep/shared";
import type { z } from "zod";

/** Marks over or under one letter: scripts need up to four. */
const STACKED = /\p{M}{5,}/u;
/**
 * An address with its scheme, or `www.`, or a name that ends as those of sites do and goes on by a path or
 * ends there. "e.g." and "1.5" are none.
 */
const LINK =
  /[a-z][a-z0-9+.-]*:\/\/\S|\bwww\.\S|(?<![\p{L}\p{N}.@-])(?:[\p{L}\p{N}-]+\.)+(?:com|net|org|io|gg|me|tv|co|de|fr|uk|eu|ru|cn|app|dev|xyz|info|biz|shop|site|online|link|live|top|club|ly|to)(?![\p{L}\p{N}])/iu;

/** What a server does not want to read. */
export interface TextRules {
  readonly links: boolean;
  readonly maskedWords: readonly string[];
  readonly allowedWords: readonly string[];
  readonly refusedWords: readonly string[];
}

/** The schema of a line: 1 to `max` characters that can be shown, on one line. */
export const lineText = (max: number): z.ZodType<string> =>
  shownText(max).refine((text) => !STACKED.test(text), "has too many marks on a letter");

/** Checks lines by a server's rules. Made by {@link openTextCheck}. */
export interface TextCheck {
  /**
   * The line as others read it.
   *
   * @param links whether the channel takes links; undefined: as the server says
   * @throws CHAT_LINK_REFUSED, CHAT_WORD_REFUSED
   */
  read(text: string, links: boolean | undefined): string;
}

/** Opens the check of lines. @param rules the settings of now: operators change them while it runs */
export function openTextCheck(rules: TextRules): TextCheck {
  let built = "";
  let words = openWordFilter({});
  let refused = words;
  const rebuild = () => {
    const { maskedWords: masked, allowedWords: allowed, refusedWords } = rules;
    const text = JSON.stringify([masked, allowed, refusedWords]);
    if (text === built) return;
    built = text;
    words = openWordFilter({ masked, allowed });
    refused = openWordFilter({ masked: refusedWords, english: false });
  };
  return {
    read(text, links = rules.links) {
      rebuild();
      if (!links && LINK.test(text)) throw new RoomkeepError("CHAT_LINK_REFUSED");
      if (refused.has(text)) throw new RoomkeepError("CHAT_WORD_REFUSED");
      return words.mask(text);
    },
  };
}
