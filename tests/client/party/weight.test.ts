import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type GamePage, pageBytes } from "../../../server/dev/page-bytes.ts";
import config from "../../../vite.config.ts";
import { buildPartyPage, type PartyPage } from "../../helpers/party.ts";

/** JavaScript that the page of a game without a world may load, gzipped. */
const MOST_BYTES = 150_000;

/** JavaScript that the page of a world may load, gzipped. */
const MOST_BYTES_WORLD = 345_000;

let party: PartyPage;
beforeAll(async () => {
  // Under Vitest's own environment JSX would be built for development.
  vi.stubEnv("NODE_ENV", "production");
  party = await buildPartyPage();
});
afterAll(() => {
  vi.unstubAllEnvs();
  party?.remove();
});

it("of a game without a world is under 150 kB of JavaScript, without three.js", () => {
  const [doodle] = party.games;
  console.info(`doodle: ${doodle?.bytes} bytes`);
  expect(doodle).toMatchObject({ game: "doodle", hasThree: false });
  expect(doodle?.bytes).toBeLessThan(MOST_BYTES);
  expect(doodle?.bytes).toBeGreaterThan(50_000);
});

it("of a world has three.js, by the same measure", async () => {
  let pages: readonly GamePage[] = [];
  const plugins = [pageBytes((told) => (pages = told))];
  await build({
    ...config,
    configFile: false,
    plugins,
    logLevel: "silent",
    build: { ...config.build, write: false },
  });
  const worlds = pages.filter(({ game }) => ["plaza", "tag", "meadow"].includes(game));
  expect(worlds).toHaveLength(3);
  for (const { game, bytes, hasThree } of worlds) {
    expect(hasThree, game).toBe(true);
    expect(bytes, game).toBeGreaterThan(MOST_BYTES);
    expect(bytes, game).toBeLessThan(MOST_BYTES_WORLD);
  }
  const panels = pages.filter((page) => !worlds.includes(page));
  expect(panels.map(({ game }) => game)).toContain("sketch");
  for (const { game, bytes, hasThree } of panels) {
    console.info(`${game}: ${bytes} bytes`);
    expect(hasThree, game).toBe(false);
    expect(bytes, game).toBeLessThan(MOST_BYTES);
  }
});

it("has three.js in parts of its own alone, which only worlds import", () => {
  const folder = join(party.folder, "assets");
  const withThree = readdirSync(folder).filter(
    (file) => file.endsWith(".js") && readFileSync(join(folder, file), "utf8").includes("WebGLRenderer"),
  );
  expect(withThree.length).toBeGreaterThan(0);
  for (const file of withThree) expect(file).toMatch(/^(three|worlds)-/);
});
