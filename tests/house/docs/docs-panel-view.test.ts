import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

it("shows the parts of the view that the browser tests play, each once, and no other code", async () => {
  const view = await read("tests/fixtures/party/games/doodle/view.tsx");
  const regions = [...view.matchAll(/^\/\/ #region (\S+)\n(.*?)^\/\/ #endregion/gms)].map(
    ([, name = "", body = ""]) => [name, body.trimEnd()] as const,
  );
  const page = await read("docs/panel-view.md");
  const blocks = [...page.matchAll(/<!-- (\S+) -->\n```tsx\n(.*?)\n```/gs)].map(
    ([, name = "", code = ""]) => [name, code] as const,
  );
  expect(page.match(/^```\w+$/gm)).toHaveLength(blocks.length);
  expect(blocks).toHaveLength(regions.length);
  expect(new Map(blocks)).toEqual(new Map(regions));
});
