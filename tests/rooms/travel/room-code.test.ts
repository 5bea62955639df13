import { seeded } from "roomkeep/shared";
import { expect, test } from "vitest";
import { isMasked, maskObscene } from "../../../rooms/messaging/obscenity.ts";
import { isUnwanted } from "../../../rooms/travel/room-code.ts";
import { CODE_ALPHABET, CODE_LENGTH } from "../../../shared/constants.ts";

test("a code that is given out comes through the chat as it was written", () => {
  const random = seeded(3);
  const letter = () => CODE_ALPHABET.charAt(Math.floor(random() * CODE_ALPHABET.length));
  const drawn = Array.from({ length: 8_000 }, () => Array.from({ length: CODE_LENGTH }, letter).join(""));
  // The last one is obscene only together with the sign behind it.
  const given = [...drawn, "HNTA"].filter((code) => !isUnwanted(code));
  for (const line of given.map((code) => `Come to ${code}!`)) expect(maskObscene(line)).toBe(line);
  expect(isMasked("hnta!")).toBe(true);
  expect(given.length).toBeGreaterThan(7_900);
});

test("no code is a word that the chat masks, and such a word is masked in capitals too", () => {
  expect(isUnwanted("DYKE")).toBe(true);
  expect(maskObscene("you DYKE")).toBe("you ****");
});
