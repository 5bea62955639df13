import {
  asteriskCensorStrategy,
  englishDataset,
  englishRecommendedTransformers,
  type MatchPayload,
  RegExpMatcher,
  TextCensor,
} from "obscenity";
import { CODE_ALPHABET, CODE_LENGTH, CODE_LENGTH_MAX } from "../../shared/internal.ts";

const matcher = new RegExpMatcher({ ...englishDataset.build(), ...englishRecommendedTransformers });
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
 * A text with obscene words masked. A room code that is no such word itself stays, whatever it makes with
 * what stands beside it: friends tell each other codes.
 */
export function maskObscene(text: string): string {
  const matches = matcher.getAllMatches(text);
  if (matches.length === 0) return text;
  const codes = [...text.matchAll(CODE)].filter(([code]) => !isMasked(code));
  const touches = ({ startIndex, endIndex }: MatchPayload) =>
    codes.some(({ 0: code, index }) => startIndex < index + code.length && endIndex >= index);
  return censor.applyTo(
    text,
    matches.filter((match) => !touches(match)),
  );
}

/** Whether {@link maskObscene} would mask anything of a text. */
export function isMasked(text: string): boolean {
  return matcher.hasMatch(text);
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
