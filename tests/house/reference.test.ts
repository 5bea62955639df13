import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { readDeclarations } from "./declarations.ts";
import { silentMembers } from "./members.ts";
import { DOORS, type Door, pageOf, readExports } from "./reference.ts";

const folder = new URL("../../docs/reference/", import.meta.url);
const exported = readExports();
const all = (Object.entries(exported) as [Door, (typeof exported)[Door]][]).flatMap(([door, list]) =>
  list.map((one) => ({ ...one, at: `${door}: ${one.name}` })),
);

it("has a page for each door, as `npm run reference` writes it now", async () => {
  expect((await readdir(folder)).sort()).toEqual(
    Object.keys(DOORS)
      .map((door) => `${door}.md`)
      .sort(),
  );
  for (const [door, list] of Object.entries(exported) as [Door, (typeof exported)[Door]][]) {
    expect(await readFile(new URL(`${door}.md`, folder), "utf8"), door).toBe(pageOf(door, list));
  }
});

it("shows the signature of each export", () => {
  expect(all.filter(({ declarations }) => declarations.length === 0).map(({ at }) => at)).toEqual([]);
});

it("has a docstring for each export that says more than that something is taken", () => {
  const silent = /^$|^See \{@link|^What \{@link \w+\} takes/;
  expect(all.filter(({ doc }) => silent.test(doc)).map(({ at }) => at)).toEqual([]);
});

it("has a docstring for each member that says more than its name", () => {
  expect(silentMembers(all.flatMap(({ declarations }) => declarations))).toEqual([]);
  const planted = `
    /** Where a player stands. */
    export interface Spot {
      /** Metres. */
      readonly x: number;
      readonly z: number;
      /** The name of the spot. */
      name: string;
      /** Called with the way, in metres. */
      on(what: { readonly by: string }): (way: number) => void;
    }
    /** One that players see. */
    export declare abstract class Mark<T extends { id: string }> implements Spot {
      name: string;
      readonly x: number;
      protected size?: { wide: number; high: number };
      get high(): number;
    }
    export type Found = { readonly ok: true } | { /** Why not, for people. */ readonly reason: string };`;
  expect(silentMembers(readDeclarations(planted.replace(/^ {4}/gm, "")))).toEqual([
    "Spot.z",
    "Spot.name",
    "Mark.name",
    "Mark.size",
    "Mark.high",
    "Found.ok",
  ]);
});

it("has an example for each function and class: its own, or a file that uses it", () => {
  const called = all.filter(({ declarations }) =>
    declarations.some(({ kind }) => /function|class/.test(kind)),
  );
  expect(called.filter(({ example, usedIn }) => !example && !usedIn).map(({ at }) => at)).toEqual([]);
});

it("is of a surface that a builder can learn", () => {
  // 220 for worlds, and some forty more for games without one: phases, lobby, bots, panel views, pads. Two for
  // caches and pools, one for reports of errors, six for operations of plugins and people in other rooms, eight
  // for plugins about people: tabs of the page, names, parties, words that are filtered, reports.
  expect(all.length).toBeLessThanOrEqual(278);
});
