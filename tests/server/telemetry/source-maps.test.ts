import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig, startServer } from "roomkeep/server";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compressPage } from "../../../server/http/page-compression.ts";
import { openSourceMaps } from "../../../server/telemetry/errors/source-maps.ts";

/** A page whose script throws in a place that its source names. */
const SOURCE = `
export interface Point { readonly x: number }

/** Throws. */
function explode(point: Point): never {
  throw new TypeError("no step at " + point.x);
}
window.addEventListener("load", () => explode({ x: Number(location.hash) }));
`;

let folder: string;
let page: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "roomkeep-maps-"));
  page = join(folder, "dist");
  await mkdir(join(folder, "client"));
  await writeFile(join(folder, "client/index.html"), '<script type="module" src="/main.ts"></script>');
  await writeFile(join(folder, "client/main.ts"), SOURCE);
  await build({
    root: join(folder, "client"),
    logLevel: "silent",
    configFile: false,
    build: { outDir: page, emptyOutDir: true, sourcemap: "hidden" },
  });
  script = (await readdir(join(page, "assets"))).find((name) => name.endsWith(".js")) ?? "";
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("a stack of the built page is read by its source", async () => {
  const built = await readFile(join(page, "assets", script), "utf8");
  const before = built.slice(0, built.indexOf("TypeError")).split("\n");
  const at = `${before.length}:${(before.at(-1) ?? "").length + 1}`;
  const stack = `TypeError: no step at 0\n    at e (https://play.example.org/assets/${script}:${at})`;
  const read = await openSourceMaps(page).apply(stack);
  expect(read).toMatch(/^TypeError: no step at 0\n {4}at e \((client\/)?main\.ts:6:\d+\)$/);
  expect(await openSourceMaps(page).apply(stack.replace("    at e (", "e@").replace(")", ""))).toContain(
    "main.ts:6",
  );
  expect(await openSourceMaps(undefined).apply(stack)).toBe(stack);
});

test("what is no place of this build stays as it is", async () => {
  const maps = openSourceMaps(page);
  for (const place of [
    "/assets/../../../etc/passwd.js:1:1",
    "/assets/index-other.js:1:1",
    `/assets/${script}:9999999:1`,
    "/assets/.js:0:0",
    "at native code",
  ])
    expect(await maps.apply(place)).toBe(place);
});

test("a server serves the script, and its map to nobody, compressed or not", async () => {
  await compressPage(page);
  const server = await startServer(
    {},
    readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: "memory://" }),
    page,
  );
  try {
    const status = async (path: string) => {
      const answer = await fetch(server.url + path, { headers: { "accept-encoding": "gzip, br" } });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await readdir(join(page, "assets"))).toContain(`${script}.map`);
    expect(await status(`/assets/${script}`)).toBe(200);
    for (const path of ["", "?a", ".br", ".gz"])
      expect(await status(`/assets/${script}.map${path}`)).toBe(404);
    expect(await status(`/assets/${script}.%6dap`)).toBe(404);
  } finally {
    await server.close();
  }
});
