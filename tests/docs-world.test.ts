import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";

const docs = new URL("../docs/", import.meta.url);
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

describe("docs/world.md", () => {
  test("holds exactly the regions of its examples, all of them, and no other code", async () => {
    const text = await read("world.md");
    const blocks = [...text.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)].map(
      ([, source = "", body = ""]) => [source, body] as const,
    );
    expect(new Map(blocks)).toEqual(await regions());
    expect(text.match(/^```ts$/gm)).toHaveLength(blocks.length);
  });

  test.each(files)("examples/%s runs", async (file) => {
    await import(new URL(`examples/${file}`, docs).pathname);
  });
});
