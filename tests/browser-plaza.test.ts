import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, shoot, untilPage } from "./helpers/browser.ts";
import { type CuttableProxy, openProxy } from "./helpers/cuttable-proxy.ts";
import { buildPage } from "./helpers/page.ts";
import { freePort } from "./helpers/postgres.ts";
import { type ServerProcess, startProcess } from "./helpers/server-process.ts";

interface Spot {
  x: number;
  y: number;
  z: number;
}
/** The crate that stands alone, south-west of the fountain. */
const CRATE = "loose-9";
const apart = (a: Spot, b: Spot) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);

describeWithBrowser("two people in the plaza", (open) => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-browser-"));
  let browser: Browser;
  let server: ServerProcess;
  let proxy: CuttableProxy;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    await buildPage();
    const port = await freePort();
    server = await startProcess({ PORT: String(port), ROOMKEEP_DATA_DIR: dataDir });
    proxy = await openProxy(port);
    browser = await open();
    ann = await enter(proxy.port, "Ann");
    bob = await enter(server.port, "Bob");
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await server?.end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Opens the shared link as a new person, types a name and plays. */
  async function enter(port: number, name: string): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 800, height: 520 },
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/?game=plaza`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    return page;
  }

  /**
   * Walks by the keys, as a person does who looks at the screen, until the condition holds. The camera looks along −z.
   */
  async function walkTo(
    page: Page,
    target: Pick<Spot, "x" | "z">,
    done: (me: Spot) => boolean | Promise<boolean>,
  ) {
    const held = new Set<string>();
    const hold = async (key: string, wanted: boolean) => {
      if (wanted === held.has(key)) return;
      await (wanted ? page.keyboard.down(key) : page.keyboard.up(key));
      if (wanted) held.add(key);
      else held.delete(key);
    };
    const deadline = performance.now() + 60_000;
    for (;;) {
      const me = await ask<Spot>(page, "k.me()");
      if (await done(me)) break;
      if (performance.now() > deadline) throw new Error(`never arrived: at ${JSON.stringify(me)}`);
      const [dx, dz] = [target.x - me.x, target.z - me.z];
      await hold("a", dx < -0.3);
      await hold("d", dx > 0.3);
      await hold("w", dz < -0.3);
      await hold("s", dz > 0.3);
    }
    for (const key of [...held]) await hold(key, false);
  }

  const spotOf = (page: Page, id: string) => ask<Spot>(page, `k.actor(${JSON.stringify(id)})`);

  it("join by the same link, and see the same crate pushed to the same place", async () => {
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
    const id = await ask<string>(ann, "k.sessionId");
    const before = await spotOf(bob, CRATE);
    await walkTo(
      ann,
      { x: before.x, z: before.z + 4 },
      (me) => Math.hypot(me.x - before.x, me.z - before.z - 4) < 0.5,
    );
    await shoot(ann, "plaza-walking");
    // Pushed off its edge it may as well slide aside.
    await walkTo(ann, { x: before.x, z: -20 }, async () => apart(await spotOf(bob, CRATE), before) > 0.6);
    // A second of rest, until the crate stands still on both screens.
    await ann.waitForTimeout(1_000);
    await untilPage(
      ann,
      `(() => { const c = k.actor("${CRATE}"); const old = window.__was; window.__was = { ...c }; return old && Math.hypot(c.x - old.x, c.z - old.z) < 0.002; })()`,
    );
    await bob.waitForTimeout(1_000);
    expect(apart(await spotOf(ann, id), await spotOf(bob, id))).toBeLessThan(0.1);
    expect(apart(await spotOf(ann, CRATE), await spotOf(bob, CRATE))).toBeLessThan(0.1);
    await shoot(bob, "plaza-crate-seen-by-the-other");
  }, 180_000);

  it("talk; typing does not walk", async () => {
    const before = await ask<Spot>(ann, "k.me()");
    await ann.keyboard.press("Enter");
    await ann.keyboard.type("wasd and good morning");
    await ann.keyboard.press("Enter");
    await bob.getByText("wasd and good morning").first().waitFor({ timeout: 20_000 });
    expect(apart(await ask<Spot>(ann, "k.me()"), before)).toBeLessThan(0.05);
    await shoot(bob, "plaza-chat");
  }, 60_000);

  it("come back to their seats: one after five seconds without a network, the other after a refresh", async () => {
    const seats = await Promise.all([ann, bob].map((page) => ask<string>(page, "k.sessionId")));
    proxy.cut();
    await untilPage(ann, "!k.connected");
    await shoot(ann, "plaza-network-away");
    await bob.reload();
    await ann.waitForTimeout(5_000);
    proxy.mend();
    await untilPage(ann, "k.connected && k.me()");
    await untilPage(bob, "k.connected && k.me()");
    expect(await Promise.all([ann, bob].map((page) => ask<string>(page, "k.sessionId")))).toEqual(seats);
  }, 120_000);

  it("stand where they left after a restart of the server", async () => {
    const stood = await Promise.all([ann, bob].map((page) => ask<Spot>(page, "k.me()")));
    const { port } = server;
    await server.end();
    server = await startProcess({ PORT: String(port), ROOMKEEP_DATA_DIR: dataDir });
    for (const page of [ann, bob]) {
      await page.reload();
      const play = page.getByRole("button", { name: "Play", exact: true });
      await Promise.race([untilPage(page, "k.connected && k.me()"), play.waitFor().then(() => play.click())]);
      await untilPage(page, "k.connected && k.me()");
    }
    const back = await Promise.all([ann, bob].map((page) => ask<Spot>(page, "k.me()")));
    expect(apart(back[0]!, stood[0]!)).toBeLessThan(0.1);
    expect(apart(back[1]!, stood[1]!)).toBeLessThan(0.1);
    await shoot(ann, "plaza-after-restart");
  }, 120_000);
});
