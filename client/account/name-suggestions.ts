const ADJECTIVES = [
  "Sunny",
  "Merry",
  "Brave",
  "Cosy",
  "Swift",
  "Lucky",
  "Gentle",
  "Jolly",
  "Nimble",
  "Clever",
];
const ANIMALS = [
  "Otter",
  "Fox",
  "Robin",
  "Badger",
  "Panda",
  "Koala",
  "Puffin",
  "Hare",
  "Lynx",
  "Finch",
  "Mole",
];

/** Suggests a name. @param random numbers in [0, 1) */
export function suggestName(random: () => number = Math.random): string {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? "";
  return `${pick(ADJECTIVES)} ${pick(ANIMALS)}`;
}
