const ENDINGS: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };
const ordinals = new Intl.PluralRules("en", { type: "ordinal" });

/** The text for a place in the join queue; empty for 0. */
export function placeInQueue(place: number): string {
  if (place <= 0) return "";
  if (place === 1) return "Many are coming in. You are next…";
  return `Many are coming in. You are ${place}${ENDINGS[ordinals.select(place)]} in the queue…`;
}
