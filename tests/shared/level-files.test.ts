import fc from "fast-check";
import { readLevel } from "roomkeep/shared";
import { expect, it } from "vitest";
import { readJson } from "../../shared/level/json-positions.ts";

const good = `{
  "name": "yard",
  "bounds": { "min": [-10, -10], "max": [10, 10] },
  "spawns": [{ "at": [0, 0, 0] }],
  "solids": [
    { "shape": "box", "at": [4, 0, 0], "size": [2, 1, 2] },
    {
      "shape": "cylinder",
      "at": [0, 0, 4],
      "radius": 1,
      "height": 2
    }
  ]
}
`;

/** What the reader says of a text. */
function complaint(text: string): string {
  try {
    readLevel(text, "yard.json");
  } catch (error) {
    expect(error).toMatchObject({ code: "LEVEL_INVALID" });
    return (error as Error).message;
  }
  throw new Error("it was read");
}

it("reads a level file and fills its defaults", () => {
  const level = readLevel(good, "yard.json");
  expect(level.solids).toHaveLength(2);
  expect(level.solids[0]).toMatchObject({ look: "stone" });
  expect(level.portals).toEqual([]);
});

it.each([
  ["a wrong shape", '"cylinder"', '"cone"', /^yard\.json:8: solids\.1\.shape: .*Invalid/],
  ["a wrong number", '"radius": 1', '"radius": -1', /^yard\.json:10: solids\.1\.radius: Too small.*>0/],
  [
    "a number in quotes",
    '"height": 2',
    '"height": "2"',
    /^yard\.json:11: solids\.1\.height: .*expected number/,
  ],
  [
    "an unknown key",
    '"height": 2',
    '"height": 2,\n      "colour": "red"',
    /^yard\.json:12: solids\.1: "colour" is not known/,
  ],
  [
    "an unknown key at the top",
    '"name": "yard"',
    '"name": "yard", "weather": 1',
    /^yard\.json:2: "weather" is not known/,
  ],
  ["a missing part", '"radius": 1,', "", /^yard\.json:7: solids\.1\.radius: /],
  [
    "bounds turned round",
    '"min": [-10, -10]',
    '"min": [20, -10]',
    /^yard\.json:3: bounds: min must lie below max/,
  ],
])("names line and reason of %s", (_, from, to, expected) => {
  expect(complaint(good.replace(from, to))).toMatch(expected);
});

it.each([
  [
    "a missing comma",
    '"name": "yard",',
    '"name": "yard"',
    'yard.json:3: "bounds" stands where a comma or the closing bracket should be',
  ],
  ["a comma too many", "[2, 1, 2] },", "[2, 1, 2,] },", "yard.json:6: ] stands where a value should be"],
  [
    "a value that is none",
    '"radius": 1',
    '"radius": one',
    "yard.json:10: one is no word of JSON; keys and texts stand in quotes",
  ],
  ["a text that is not closed", '"cylinder",', '"cylinder,', "yard.json:8: a text is not closed"],
  [
    "a key that stands twice",
    '"radius": 1,',
    '"radius": 1, "radius": 2,',
    'yard.json:10: "radius" stands twice',
  ],
  ["a file cut short", "\n  ]\n}\n", "", "yard.json:12: the file ends where a comma or ] should be"],
  [
    "something after the end",
    "\n  ]\n}\n",
    "\n  ]\n}\n{}",
    "yard.json:15: nothing may follow the last brace, but { does",
  ],
  ["a comment", '"radius": 1,', '"radius": 1, // metres', "yard.json:10: JSON has no comments"],
  [
    "a key without quotes",
    '"radius": 1',
    "radius: 1",
    "yard.json:10: radius is no word of JSON; keys and texts stand in quotes",
  ],
  ["a wrong escape", '"cylinder"', '"cyl\\inder"', 'yard.json:8: "cyl\\inder" is not written as JSON has it'],
  ["an empty file", good, "", "yard.json:1: the file ends where a value should be"],
])("names line and reason of %s", (_, from, to, expected) => {
  expect(complaint(good.replace(from, to))).toBe(expected);
});

it("tells the first problems only, and how many more there are", () => {
  const text = complaint(
    good.replace('"name": "yard"', Array.from({ length: 9 }, (_, i) => `"k${i}": 1`).join(",")),
  );
  expect(text.split("\n")).toHaveLength(6);
  expect(text).toMatch(/and 5 more$/); // nine keys and the missing name
});

it("reads a file with a byte order mark, as some editors write it", () => {
  expect(readLevel(`\ufeff${good}`, "yard.json").solids).toHaveLength(2);
});

it("takes and refuses as JSON what JSON.parse does, but for keys that stand twice", () => {
  const marks = ["{", "}", "[", "]", ",", ":", '"', "\\", "/", "0", "1", "-", "+", ".", "e", " ", "\n", "\t"];
  const words = [
    '"a"',
    '"b"',
    "true",
    "null",
    "nul",
    "1.5e3",
    "\\u00e9",
    "\u00a0",
    "\u0001",
    "//",
    "[1,2]",
    '{"a":1}',
  ];
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const text = fc
    .array(fc.constantFrom(...marks, ...words), { maxLength: 12 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (json) => {
      const read = readJson(json);
      if (!read.ok && read.issue.reason.endsWith("stands twice")) return;
      expect(read.ok, json).toBe(isJson(json));
      if (read.ok) expect(read.value).toEqual(JSON.parse(json));
    }),
    { numRuns: 2_000 },
  );
});

it("refuses what is nested without end, and gives no key a meaning of its own", () => {
  expect(complaint("[".repeat(100_000))).toBe("yard.json:1: it is nested too deep");
  expect(complaint(good.replace('"name": "yard"', '"name": "yard", "__proto__": {}'))).toMatch(
    /^yard\.json:2: "__proto__" is not known here/,
  );
});

it("refuses a terrain of broken rows and a ramp that nobody climbs", () => {
  const rows = `"spawns": [{ "at": [0, 0, 0] }],
  "terrain": { "originX": 0, "originZ": 0, "cellM": 2, "columns": 3, "heights": [0, 0, 0, 0, 0] },`;
  expect(complaint(good.replace('"spawns": [{ "at": [0, 0, 0] }],', rows))).toBe(
    "yard.json:5: terrain.heights: are not at least two whole rows",
  );
  const steep = '{ "shape": "ramp", "at": [4, 0, 0], "size": [2, 3, 2], "rises": "+x" },';
  expect(complaint(good.replace('{ "shape": "box", "at": [4, 0, 0], "size": [2, 1, 2] },', steep))).toBe(
    "yard.json:6: solids.0.size: is steeper than 45 degrees",
  );
});
