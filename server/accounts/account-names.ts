import { domainToASCII } from "node:url";
import { type ErrorCode, RoomkeepError } from "../../shared/index.ts";

/** Shortest and longest account name, in characters. */
export const ACCOUNT_NAME_MIN = 3;
export const ACCOUNT_NAME_MAX = 24;

/**
 * Letters, digits and marks of any script, with single separators between them. No @: a login with @ is an
 * e-mail address.
 */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[ ._-][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*$/u;
const IGNORED = /\p{Default_Ignorable_Code_Point}/u;
/** Scripts with letters that look alike: a name may use one of them only. */
const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
];

/**
 * Small Cyrillic and Greek letters that are drawn like Latin ones, from Unicode's confusables.
 * @see https://www.unicode.org/Public/security/latest/confusables.txt
 */
export const LATIN_FOR: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ..."аa еe оo рp сc уy хx ѕs іi јj ԁd ԛq ԝw һh ӏl ѵv ьb кk мm тt вb нh гr".split(" "),
    ..."αa εe ιi κk νv οo ρp τt υu χx ωw ηn βb".split(" "),
  ].map((pair) => [pair.slice(0, 1), pair.slice(1)]),
);

/** A text in the form that is shown, and the key that is compared. */
export interface Folded {
  readonly shown: string;
  readonly key: string;
}

/**
 * Checks an account's name. Its key is the same for names that differ only in case, width, composition or
 * accents' encoding (NFKC, upper and lower case), or in letters of other scripts that are drawn alike.
 *
 * @throws ACCOUNT_NAME_INVALID
 */
export function foldName(name: string): Folded {
  return foldWithin(name, { min: ACCOUNT_NAME_MIN, max: ACCOUNT_NAME_MAX, code: "ACCOUNT_NAME_INVALID" });
}

/** What {@link foldWithin} checks a name by. */
export interface NameLimits {
  /** Shortest and longest, in characters. */
  readonly min: number;
  readonly max: number;
  /** Error code of a name that does not fit. */
  readonly code: ErrorCode;
}

/** Checks and folds the name of something else than an account, by the same rules. */
export function foldWithin(name: string, { min, max, code }: NameLimits): Folded {
  const shown = name.slice(0, 400).normalize("NFKC").replace(/\s+/g, " ").trim();
  const length = [...shown].length;
  const refuse = (why: string) => new RoomkeepError(code, why);
  if (length < min || length > max) {
    throw refuse(`The name has ${length} characters; ${min} to ${max} fit.`);
  }
  if (!NAME.test(shown) || IGNORED.test(shown)) {
    throw refuse(
      "The name may hold letters and digits, with single spaces, dots, dashes or underscores between.",
    );
  }
  if (LOOKALIKE_SCRIPTS.filter((script) => script.test(shown)).length > 1) {
    throw refuse("The name mixes alphabets whose letters look alike.");
  }
  return { shown, key: keyOfName(shown) };
}

/** The key of a name that is compared, or of the beginning of one that is searched for. */
export function keyOfName(text: string): string {
  return [...foldCase(text)].map((letter) => LATIN_FOR[letter] ?? letter).join("");
}

/**
 * Checks an e-mail address. Its key is lower case, with the domain in ASCII.
 * @throws EMAIL_INVALID
 */
export function foldEmail(email: string): Folded {
  const shown = email.slice(0, 400).normalize("NFKC").trim();
  const [, local = "", domain = ""] = /^([^\s@<>()[\]\\,;:"]{1,64})@([^\s@]{3,255})$/u.exec(shown) ?? [];
  const host = domainToASCII(domain);
  const valid = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(host);
  if (local === "" || !valid || shown.length > 254 || /\p{C}/u.test(shown)) {
    throw new RoomkeepError("EMAIL_INVALID");
  }
  return { shown, key: `${foldCase(local)}@${host}` };
}

/** Close to Unicode's NFKC_Casefold: upper case first, so that ß is ss and final sigma is sigma. */
function foldCase(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ").normalize("NFKC");
}
