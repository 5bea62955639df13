/** What a guess is worth. */
export type Verdict = "right" | "near" | "wrong";

/** Longest line that is judged: no word is longer. */
const LINE_MAX = 60;
const ARTICLES = /^(?:is it |its |it is )?(?:an? |the )?/u;

/** A line as it is compared: lower case, without accents, signs and double spaces. */
export function plain(text: string): string {
  const letters = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return letters.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
}
const tight = (text: string): string => plain(text).replaceAll(" ", "");

/** Judges a guess: "a Light-house!" is right for "lighthouse"; one or two letters off are near. */
export function judge(line: string, word: string): Verdict {
  const guess = plain(line.slice(0, LINE_MAX)).replace(ARTICLES, "").replaceAll(" ", "");
  const wanted = tight(word);
  if (guess === wanted || tight(line) === wanted) return "right";
  // Two letters off a short word is another word.
  const most = wanted.length <= 4 ? 1 : 2;
  return distance(guess, wanted, most) <= most ? "near" : "wrong";
}

/** Whether a line holds the letters of the word: nobody who guesses may read it. */
export function spells(line: string, word: string): boolean {
  return tight(line).includes(tight(word));
}

/** Letters to put in, take out, change or swap with the next; above `most` any larger number. */
export function distance(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last[to.length] ?? 0;
}

/** The word with "_" for each letter that is not told. @param told places of letters */
export function hintOf(word: string, told: ReadonlySet<number>): string {
  return [...word].map((one, i) => (/[\p{L}\p{N}]/u.test(one) && !told.has(i) ? "_" : one)).join("");
}

/** The places of the letters that are told in the course of a turn, in their order: a third of them. */
export function hintPlaces(word: string, random: () => number): number[] {
  const letters = [...word].flatMap((one, i) => (/[\p{L}\p{N}]/u.test(one) ? [i] : []));
  const places: number[] = [];
  for (let count = Math.floor(letters.length / 3); count > 0; count--)
    places.push(...letters.splice(Math.floor(random() * letters.length), 1));
  return places;
}

/** Whether a word fits a hint. */
export function fits(word: string, hint: string): boolean {
  const [letters, known] = [[...word], [...hint]];
  if (letters.length !== known.length) return false;
  return known.every(
    (one, i) => one === letters[i] || (one === "_" && /[\p{L}\p{N}]/u.test(letters[i] ?? "")),
  );
}
