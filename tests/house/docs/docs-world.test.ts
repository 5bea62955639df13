import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const docs = new URL("../../../docs/", import.meta.url);
const read = (path: string) => readFile(new URL(path, docs), "utf8");
const files = (await readdir(new URL("examples/", docs))).filter((name) => name.endsWith(".ts"));

/** The marked regions of all examples, by "examples/file.ts#name". */
async function regions(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const file of files) {
    const text = await read(`examples/${file}`);
    for (const [, name, body] of text.matchAll(/^\/\/ #region (\S+)\n(.*?)^\/\/ #endregion/gms)) {
      found.set(`examples/${file}#${name}`, (body ?? "").trimEnd());
    }
  }
  return found;
}

/** Pages whose code is the regions of the examples. */
const PAGES = [
  "world.md",
  "travel.md",
  "behaviours.md",
  "items.md",
  "settings.md",
  "spectators.md",
  "cheat-detection.md",
  "observability.md",
];

describe("the pages of the world kit", () => {
  test("hold exactly the regions of the examples, each once, and no other code", async () => {
    const shown: [string, string][] = [];
    for (const page of PAGES) {
      const text = await read(page);
      const blocks = [...text.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)];
      expect(text.match(/^```ts$/gm), page).toHaveLength(blocks.length);
      for (const [, source = "", body = ""] of blocks) shown.push([source, body]);
    }
    const all = await regions();
    expect(shown).toHaveLength(all.size);
    expect(new Map(shown)).toEqual(all);
  });

  test.each(files)("examples/%s runs", async (file) => {
    await import(new URL(`examples/${file}`, docs).pathname);
  });
});
