import { openWordFilter } from "roomkeep/rooms";
import { expect, it } from "vitest";

it("masks a server's own words as they are written, in any script and either case", () => {
  const filter = openWordFilter({ masked: ["raffle4you", "Дурак", "ab", "abc", "a.c"] });
  expect(filter.mask("a Raffle4You, дУРАК")).toBe("a **********, *****");
  // The longest of two that begin alike, and a point is no wildcard.
  expect(filter.mask("xabcx a.c axc")).toBe("x***x *** axc");
  expect(filter.mask("shit")).toBe("****");
  expect(filter.has("RAFFLE4YOU")).toBe(true);
  expect(filter.has("a good word")).toBe(false);
});

it("leaves numbers alone, although digits may stand for letters", () => {
  const filter = openWordFilter({});
  expect(filter.mask("455 coins, 4551, at 4:55")).toBe("455 coins, 4551, at 4:55");
  expect(filter.has("I have 455")).toBe(false);
  expect(filter.mask("you 455hole, a55, @$$")).toBe("you ***hole, ***, ***");
});

it("lets pass what the server allows, and leaves English alone where it should", () => {
  expect(openWordFilter({}).has("Penistone")).toBe(true);
  const filter = openWordFilter({ allowed: ["Penistone", ""] });
  expect(filter.mask("from Penistone, shit")).toBe("from Penistone, ****");
  expect(openWordFilter({ masked: ["gold"], english: false }).mask("shit gold")).toBe("shit ****");
});
