import {
  asteriskCensorStrategy,
  englishDataset,
  englishRecommendedTransformers,
  type MatchPayload,
  RegExpMatcher,
  TextCensor,
} from "obscenity";
import { CODE_ALPHABET, CODE_LENGTH, CODE_LENGTH_MAX } from "../../shared/internal.ts";

/** What a server adds to the English words, and takes from them. */
export interface WordLists {
  /** Masked as they are written, in either case, within other words too. */
  readonly masked?: readonly string[];
  /** False: the English words are left alone. Default true. */
  readonly english?: boolean;
  /** Words that pass although a coarse one is in them, such as the name of a place. */
  readonly allowed?: readonly string[];
}

/** Masks words. Made by {@link openWordFilter}. */
export interface WordFilter {
  /**
   * A text with its words masked by stars. A room code that is no obscene word itself stays, whatever it
   * makes with what stands beside it: friends tell each other codes.
   */
  mask(text: string): string;
  /** Whether {@link mask} would change a text. */
  has(text: string): boolean;
}

const censor = new TextCensor().setStrategy(asteriskCensorStrategy());

/** Slurs and the coarsest words: refused in a name wherever they stand in it, as they are written. */
const COARSEST = new Set(
  "fuck cunt nigger fag kike tranny retard chink africoon arabush chingchong boonga whore".split(" "),
);

/** A word that is written as room codes are. */
const CODE = new RegExp(
  `(?<![\\p{L}\\p{N}])[${CODE_ALPHABET}]{${CODE_LENGTH},${CODE_LENGTH_MAX}}(?![\\p{L}\\p{N}])`,
  "gu",
);

/**
 * Opens a filter of obscene English words, with a server's own lists.
 *
 * @example
 * const filter = openWordFilter({ masked: ["rivalgame"], allowed: ["Penistone"] });
 * filter.mask("rivalgame in Penistone"); // "********* in Penistone"
 */
export function openWordFilter({
  masked = [],
  allowed = [],
  english: hasEnglishWords = true,
}: WordLists): WordFilter {
  const { whitelistedTerms = [], blacklistedTerms } = englishDataset.build();
  const matcher = new RegExpMatcher({
    blacklistedTerms: hasEnglishWords ? blacklistedTerms : [],
    ...englishRecommendedTransformers,
    // They are compared with the text in lower case.
    whitelistedTerms: [...whitelistedTerms, ...allowed.map((word) => word.toLowerCase())].filter(
      (word) => word !== "",
    ),
  });
  // Not among the English patterns: those are compared with texts whose double letters and digits are folded,
  // so that a pattern with "ff" or "4" in it would never be met.
  const own = wordPattern(masked);
  const englishIn = (text: string) => matcher.getAllMatches(text).filter((match) => !isNumber(text, match));
  const hasEnglish = (text: string) => englishIn(text).length > 0;
  return {
    has: (text) => hasEnglish(text) || (own !== undefined && text.search(own) >= 0),
    mask(text) {
      const codes = [...text.matchAll(CODE)].filter(([code]) => !hasEnglish(code));
      const touches = ({ startIndex, endIndex }: MatchPayload) =>
        codes.some(({ 0: code, index }) => startIndex < index + code.length && endIndex >= index);
      const found = englishIn(text).filter((match) => !touches(match));
      const clean = found.length === 0 ? text : censor.applyTo(text, found);
      return own ? clean.replace(own, (word) => "*".repeat([...word].length)) : clean;
    },
  };
}

/** Whether a match is a price, a score or a time, whose digits stand for no letters: 455, not 455hole. */
function isNumber(text: string, { startIndex, endIndex }: MatchPayload): boolean {
  const [before = ""] = /[\p{L}\p{N}]*$/u.exec(text.slice(0, startIndex)) ?? [];
  const [rest = ""] = /^[\p{L}\p{N}]*/u.exec(text.slice(endIndex + 1)) ?? [];
  return /^[\d\s.,:-]+$/.test(before + text.slice(startIndex, endIndex + 1) + rest);
}

/** What finds any of the words in a text, in either case; undefined: there are none. */
function wordPattern(words: readonly string[]): RegExp | undefined {
  const all = words
    .map((word) => word.normalize("NFC").trim())
    .filter((word) => word !== "")
    // The longest first, so that of two that begin alike the whole one is masked.
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  return all.length === 0 ? undefined : new RegExp(all.join("|"), "giu");
}

const english = openWordFilter({});
const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });

/** A text with obscene words masked: see {@link WordFilter}. */
export function maskObscene(text: string): string {
  return english.mask(text);
}

/** Whether {@link maskObscene} would mask anything of a text. */
export function isMasked(text: string): boolean {
  return english.has(text);
}

/**
 * Whether a name is obscene: an obscene word by itself, or a slur within another. Milder words within others
 * pass, as in Dickson or Penistone.
 */
export function isObsceneName(name: string): boolean {
  return matcher.getAllMatches(name).some((match) => isWholeWord(name, match) || isCoarsest(name, match));
}

function isWholeWord(name: string, { startIndex, endIndex }: MatchPayload): boolean {
  const isLetter = (letter: string | undefined) => letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
  return !isLetter(name[startIndex - 1]) && !isLetter(name[endIndex + 1]);
}

function isCoarsest(name: string, match: MatchPayload): boolean {
  const word = englishDataset.getPayloadWithPhraseMetadata(match).phraseMetadata?.originalWord ?? "";
  const written = name.slice(match.startIndex, match.endIndex + 1).toLowerCase();
  return COARSEST.has(word) && written.includes(word);
}
