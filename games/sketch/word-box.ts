import { type Refusal, refuse } from "roomkeep/shared";
import { readWords, WORD_MAX } from "./word-list.ts";

/** Most words that a leader gives. */
const OWN_MAX = 200;
const CHOICES = 3;

/** Reads a leader's own words. An empty text takes them back. */
export function takeOwnWords(text: string): readonly string[] | Refusal {
  const words = readWords(text);
  const long = words.find((word) => word.length > WORD_MAX);
  if (long) return refuse("SETTINGS_INVALID", `“${long.slice(0, 20)}…” is longer than ${WORD_MAX} letters.`);
  if (words.length > OWN_MAX) return refuse("SETTINGS_INVALID", `At most ${OWN_MAX} own words.`);
  return words;
}

/** What words are dealt from. */
interface WordBox {
  readonly from: readonly string[];
  readonly own: readonly string[];
  readonly onlyOwn: boolean;
  /** Words that had their turn: they come again once there are no others. */
  readonly used: ReadonlySet<string>;
}

/** Deals three words to choose from. Where there are own words, each has the chance of ten others. */
export function dealWords({ from, own, onlyOwn, used }: WordBox, random = Math.random): string[] {
  const isOwnOnly = onlyOwn && own.length >= CHOICES;
  const box = isOwnOnly ? [...own] : [...from, ...own.flatMap((word) => Array<string>(10).fill(word))];
  const fresh = box.filter((word) => !used.has(word));
  const rest = new Set(fresh).size >= CHOICES ? fresh : box;
  const dealt = new Set<string>();
  while (dealt.size < CHOICES) {
    const word = rest[Math.floor(random() * rest.length)];
    if (word) dealt.add(word);
  }
  return [...dealt];
}
