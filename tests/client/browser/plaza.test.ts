import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { type CuttableProxy, openProxy } from "../../helpers/cuttable-proxy.ts";
import { freePort } from "../../helpers/postgres.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

interface Spot {
  x: number;
  y: number;
  z: number;
}
/** The lowest row of the pyramid of crates: four metres wide from x = 10, at z = 14. */
const ROW = ["loose-0", "loose-1", "loose-2", "loose-3"];
const apart = (a: Spot, b: Spot) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);

describeWithBrowser("two people in the plaza", (open) => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-browser-"));
  let browser: Browser;
  let server: ServerProcess;
  let proxy: CuttableProxy;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    const port = await freePort();
    server = await startProcess({ PORT: String(port), ROOMKEEP_DATA_DIR: dataDir });
    proxy = await openProxy(port);
    browser = await open();
    ann = await enter(proxy.port, "Ann");
    bob = await enter(server.port, "Bob");
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await server?.end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** Opens the shared link as a new person, types a name and plays. */
  async function enter(port: number, name: string): Promise<Page> {
    const context = await openProfile(browser, { viewport: { width: 800, height: 520 } });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${port}/?game=plaza`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    return page;
  }

  /**
   * Walks by the keys, as a person does who looks at the screen, until the condition holds. The camera looks
   * along −z.
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
    const deadline = performance.now() + 90_000;
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

  /** Waits until a second went by in which no crate of the row moved on a page. */
  async function untilStill(page: Page) {
    for (let was: Spot[] = []; ; ) {
      const now = await Promise.all(ROW.map((crate) => spotOf(page, crate)));
      if (was.length > 0 && now.every((spot, i) => apart(spot, was[i]!) < 0.005)) return;
      was = now;
      await page.waitForTimeout(1_000);
    }
  }

  it("join by the same link, and see the same crates pushed to the same places", async () => {
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
    const id = await ask<string>(ann, "k.sessionId");
    const row = (page: Page) => Promise.all(ROW.map((crate) => spotOf(page, crate)));
    const before = await row(bob);
    const pushed = (now: Spot[]) => now.some((spot, i) => apart(spot, before[i]!) > 0.6);
    await walkTo(ann, { x: 11.5, z: 12.3 }, (me) => me.x > 10.6);
    await shoot(ann, "plaza-walking");
    await walkTo(ann, { x: 11.5, z: 30 }, async () => pushed(await row(bob)));
    // A second of rest, until the crates stand still on both screens.
    await untilStill(ann);
    await untilStill(bob);
    expect(apart(await spotOf(ann, id), await spotOf(bob, id))).toBeLessThan(0.1);
    const [hers, his] = [await row(ann), await row(bob)];
    expect(pushed(hers)).toBe(true);
    for (const [i, spot] of hers.entries()) expect(apart(spot, his[i]!)).toBeLessThan(0.1);
    await shoot(bob, "plaza-crate-seen-by-the-other");
  });

  it("talk; typing does not walk", async () => {
    const before = await ask<Spot>(ann, "k.me()");
    await ann.keyboard.press("Enter");
    await ann.keyboard.type("wasd and good morning");
    await ann.keyboard.press("Enter");
    await bob.getByText("wasd and good morning").first().waitFor();
    expect(apart(await ask<Spot>(ann, "k.me()"), before)).toBeLessThan(0.05);
    await shoot(bob, "plaza-chat");
  });

  it("are seen by the admin in the monitor, which offers nothing that it does not do", async () => {
    const [, code = ""] = /#welcome=([\w-]+)/.exec(server.output()) ?? [];
    const context = await browser.newContext();
    const page = await context.newPage();
    // Who has no session is led to the desk's sign-in.
    await page.goto(`${server.url}/monitor/`);
    expect(new URL(page.url()).pathname).toMatch(/^\/admin/);
    const admin = { code, name: "Operator", password: "a long enough password" };
    expect((await context.request.post(`${server.url}/v1/admin/welcome`, { data: admin })).status()).toBe(
      200,
    );
    await page.goto(`${server.url}/monitor/`);
    await page.getByRole("button", { name: "Inspect" }).first().waitFor();
    const note = page.getByRole("note");
    expect(await note.innerText()).toContain("This page only shows.");
    const offered = async () => {
      const buttons = await page.getByRole("button").all();
      const names = await Promise.all(
        buttons.map(
          async (button) => (await button.getAttribute("aria-label")) ?? (await button.innerText()),
        ),
      );
      return names.filter((name) => /dispose|send|broadcast|disconnect/i.test(name));
    };
    expect(await offered()).toEqual([]);
    const roomId = await ask<string>(ann, "k.roomId");
    const atDesk = `/admin#/rooms/${roomId}`;
    expect(await page.getByRole("link", { name: "At the desk" }).getAttribute("href")).toBe(atDesk);
    await page.getByRole("button", { name: "Inspect" }).first().click();
    await page.locator(`.read-only a[href="${atDesk}"]`).waitFor();
    await page.getByText(await ask<string>(ann, "k.sessionId")).waitFor();
    expect(await offered()).toEqual([]);
    await page.getByRole("tab", { name: "State" }).click();
    await page.locator(".jer-value-component").first().waitFor();
    expect(await page.locator(".jer-edit-buttons").filter({ visible: true }).count()).toBe(0);
    await context.close();
  });

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
  });

  it("leave a copied tab alone: the older one is told, and stays out until its person acts", async () => {
    const seat = await ask<string>(ann, "k.sessionId");
    // As "duplicate tab" does: the new one begins with a copy of the session storage.
    const [copy] = await Promise.all([
      ann.context().waitForEvent("page"),
      ann.evaluate("void open(location.href)"),
    ]);
    await untilPage(copy, "k.connected && k.me()");
    expect(await ask(copy, "k.sessionId")).toBe(seat);
    const elsewhere = (page: Page) => page.getByRole("dialog", { name: "You are playing elsewhere" });
    await elsewhere(ann).waitFor();
    await ann.reload();
    await elsewhere(ann).waitFor();
    expect(await ask(copy, "k.connected && k.sessionId")).toBe(seat);
    await ann.getByRole("button", { name: "Play here" }).click();
    await untilPage(ann, "k.connected && k.me()");
    await elsewhere(copy).waitFor();
    expect(await ask(ann, "k.connected")).toBe(true);
    await copy.close();
  });

  it("stand where they left after a restart of the server", async () => {
    const stood = await Promise.all([ann, bob].map((page) => ask<Spot>(page, "k.me()")));
    const { port } = server;
    const code = await ask<string>(ann, "k.roomId");
    await server.end();
    server = await startProcess({ PORT: String(port), ROOMKEEP_DATA_DIR: dataDir });
    for (const page of [ann, bob]) {
      await page.reload();
      await untilPage(page, "k.connected && k.me()").catch(async (error) => {
        await shoot(page, "plaza-not-back");
        throw error;
      });
    }
    const back = await Promise.all([ann, bob].map((page) => ask<Spot>(page, "k.me()")));
    for (const page of [ann, bob]) expect(await ask(page, "k.roomId")).toBe(code);
    expect(apart(back[0]!, stood[0]!)).toBeLessThan(0.1);
    expect(apart(back[1]!, stood[1]!)).toBeLessThan(0.1);
    await shoot(ann, "plaza-after-restart");
  });
});
