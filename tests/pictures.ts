// Takes the pictures of docs/images from the real games: `npm run pictures`. Needs a Chromium.
import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Page } from "playwright-core";
import { IN_MEMORY, readConfig, startServer } from "roomkeep/server";
import { joinAs } from "roomkeep/testing";
import type { CaveRoom } from "../games/meadow/cave-room.ts";
import type { MeadowRoom } from "../games/meadow/room.ts";
import { Boar, Deer, Rabbit } from "../games/meadow/state.ts";
import { games } from "../server/main.ts";
import { ask, openChromium, untilPage } from "./helpers/chromium.ts";
import { buildPage } from "./helpers/page.ts";

const images = fileURLToPath(new URL("../docs/images/", import.meta.url));
/** Ticks of an hour of the meadow: a day takes 720 s. */
const HOUR_TICKS = 30 * 20;

await buildPage();
const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
const server = await startServer(games, config, fileURLToPath(new URL("../dist/page", import.meta.url)));
const browser = await openChromium();

async function enter(name: string, game: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  await context.addInitScript(`localStorage.setItem("roomkeep.settings.quality", '"high"')`);
  const page = await context.newPage();
  // Drawn in software, on whatever machine.
  page.setDefaultTimeout(120_000);
  await page.goto(`${server.url}/?game=${game}`);
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await untilPage(page, "k.connected && k.me()");
  return page;
}

const roomOf = async <R>(page: Page) =>
  matchMaker.getLocalRoomById(await ask<string>(page, "k.roomId")) as unknown as R;
const idOf = (page: Page) => ask<string>(page, "k.sessionId");

/** Turns the camera by so much, radians. */
async function look(page: Page, yaw: number, pitch = 0): Promise<void> {
  await page.mouse.move(640, 300);
  await page.mouse.down();
  await page.mouse.move(640 - yaw / 0.0052, 300 + pitch / 0.0052, { steps: 6 });
  await page.mouse.up();
}

const rest = (page: Page, ms: number) => page.waitForTimeout(ms);
const take = (page: Page, name: string) =>
  page.screenshot({ path: `${images}${name}.jpg`, type: "jpeg", quality: 86 });

const ann = await enter("Ann", "meadow");
const meadow = await roomOf<MeadowRoom>(ann);
const bob = await joinAs(server.url, "meadow", { name: "Bob", color: 5, shape: 0, code: meadow.roomId });
const { ground } = meadow.simulation;
const stand = (what: object, x: number, z: number, yaw: number) =>
  Object.assign(what, { x, z, y: ground.height(x, z), yaw });
const own = meadow.players.get(await idOf(ann));
// Whoever may look at the profile sees it with the debug drawing.
Object.assign(own ?? {}, { role: "moderator" });
stand(Object.assign(own?.avatar ?? {}, { color: 0, shape: 3 }), 6, 10, 3.4);
stand(meadow.players.get(bob.room.sessionId)?.avatar ?? {}, 1.8, 1.8, -2.36);
for (const [Kind, x, z, yaw] of [
  [Deer, 4, -9, 1.2],
  [Deer, 7, -12, 2.2],
  [Deer, -3, -14, -0.6],
  [Rabbit, -5.5, 2, 1],
  [Rabbit, -9, -3, 2.8],
  [Boar, 14, -3, -1],
] as const) {
  const animal = new Kind({ hp: 3, thinkAtTick: 1e9 });
  stand(animal, x, z, yaw);
  meadow.world.spawn(animal);
}
await look(ann, 0.26);
await rest(ann, 5000);
await take(ann, "meadow-day");
await ann.keyboard.press("F3");
await rest(ann, 12_000);
await take(ann, "meadow-debug");
await ann.keyboard.press("F3");
for (let i = 0; i < 12.4 * HOUR_TICKS; i++) meadow.simulation.step();
await rest(ann, 15_000);
await take(ann, "meadow-night");

await ann.close();
const cat = await enter("Cat", "cave");
const cave = await roomOf<CaveRoom>(cat);
const dan = await joinAs(server.url, "cave", { name: "Dan", color: 5, shape: 0, code: cave.roomId });
Object.assign(cave.players.get(await idOf(cat))?.avatar ?? {}, { x: -5, z: -15.8, color: 2, shape: 1 });
Object.assign(cave.players.get(dan.room.sessionId)?.avatar ?? {}, { x: -7.4, z: -16.9, yaw: 3.3 });
await look(cat, 0.2);
await rest(cat, 5000);
await take(cat, "cave");
console.log(`pictures in ${images}`);
bob.stop();
dan.stop();
await browser.close();
await server.close();
process.exit(0);
