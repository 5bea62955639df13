import { readFile } from "node:fs/promises";
import { ERROR_CODES } from "roomkeep/shared";
import { expect, it } from "vitest";

const page = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (.+?) \| (.*?) \|$/gm)];

it("lists every error code once, with what happened and what to do, and no other", () => {
  expect(rows.map(([, code]) => code).sort()).toEqual(Object.keys(ERROR_CODES).sort());
  for (const [, code, meaning, todo] of rows) {
    expect(meaning, code).toBe(ERROR_CODES[code as keyof typeof ERROR_CODES]);
    expect(todo, code).toMatch(/\w.*\.$/);
  }
});
