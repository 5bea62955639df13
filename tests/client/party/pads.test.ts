import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DoodleState } from "../../fixtures/party/games/doodle/state.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { type CuttableProxy, openProxy } from "../../helpers/cuttable-proxy.ts";
import { joinGuest } from "../../helpers/guests.ts";
import { buildPartyPage, type PartyPage } from "../../helpers/party.ts";
import { freeze, openPhone } from "../../helpers/phone.ts";
import { freePort } from "../../helpers/postgres.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

const SERVER = ["tests/helpers/servers/party-server.ts"];

describeWithBrowser("a screen and two pads", (open) => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-party-data-"));
  /** Addresses that the pages have asked the server for. */
  const asked: string[] = [];
  let party: PartyPage;
  let browser: Browser;
  let server: ServerProcess;
  let proxy: CuttableProxy;
  let screen: Page;
  let ann: Page;
  let bob: Page;
  let code: string;

  const start = (port: number) =>
    startProcess({ PORT: String(port), ROOMKEEP_DATA_DIR: dataDir, PARTY_PAGE: party.folder }, SERVER);
  const seat = (page: Page) => ask<string>(page, "k.sessionId");
  const codeOn = (page: Page) => page.getByTestId("code").innerText();
  const guesses = (page: Page) => page.locator(".guesses");
  const isBack = (page: Page) => untilPage(page, "k.connected");

  /** Opens the address of the room's code, types a name and plays. */
  async function enter(port: number, name: string): Promise<Page> {
    const page = await openPhone(browser, `http://127.0.0.1:${port}/?room=${code}`);
    page.on("request", (request) => asked.push(request.url()));
    await page.getByLabel("Your name").fill(name);
    await shoot(page, `party-pad-name-${name}`);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByRole("button", { name: "I am ready" }).waitFor();
    return page;
  }

  beforeAll(async () => {
    party = await buildPartyPage();
    server = await start(await freePort());
    proxy = await openProxy(server.port);
    browser = await open();
    const context = await openProfile(browser, { viewport: { width: 1280, height: 720 } });
    screen = await context.newPage();
    screen.on("request", (request) => asked.push(request.url()));
    await screen.goto(`${server.url}/?game=doodle&as=screen`);
    await screen.getByTestId("code").waitFor();
    code = await codeOn(screen);
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await server?.end();
    party?.remove();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("join by the code of the screen with a name and a tap, and the screen shows who is in", async () => {
    ann = await enter(server.port, "Ann");
    bob = await enter(proxy.port, "Bob");
    for (const name of ["Ann", "Bob"]) await screen.getByText(name, { exact: true }).waitFor();
    expect(await ask(ann, "k.roomId")).toBe(await ask(screen, "k.roomId"));
    // It has no seat, and is no player.
    expect(await screen.getByText("2 in", { exact: true }).isVisible()).toBe(true);
    await screen.locator(".way-in .qr path[d^=M]").waitFor();
    // The phone is kept lit, and a press is felt.
    expect(await bob.evaluate("window.locks")).toBeGreaterThan(0);
    await shoot(screen, "party-screen-lobby");
    await shoot(bob, "party-pad-lobby");
  });

  it("play: one draws, the other guesses, and the screen shows both", async () => {
    for (const pad of [ann, bob]) await pad.getByRole("button", { name: "I am ready" }).click();
    expect(await ann.evaluate("window.felt")).toEqual([12]);
    await ann.getByRole("button", { name: "Start" }).click();
    const paper = ann.getByTestId("drawing");
    const box = await paper.boundingBox();
    if (!box) throw new Error("no paper");
    await ann.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.5);
    await ann.mouse.down();
    for (let i = 0; i <= 30; i++)
      await ann.mouse.move(
        box.x + box.width * (0.2 + i * 0.02),
        box.y + box.height * (0.5 + 0.3 * Math.sin(i / 3)),
      );
    await ann.mouse.up();
    await untilDrawn(screen, true);
    await bob.getByLabel("Your guess").fill("A snake?");
    await bob.getByRole("button", { name: "Guess" }).click();
    await guesses(screen).getByText("Bob: A snake?").waitFor();
    // A press, another, and that it is her turn.
    expect(await ann.evaluate("window.felt")).toEqual([12, 12, [70, 50, 70]]);
    await shoot(screen, "party-screen-draw");
    await shoot(ann, "party-pad-draw");
    await shoot(bob, "party-pad-guess");
    await ann.getByRole("button", { name: "Undo" }).click();
    await untilDrawn(screen, false);
  });

  /** Waits until the screen's canvas has, or has not, a stroke. */
  async function untilDrawn(page: Page, wanted: boolean) {
    const isDrawn = `(() => {
      const canvas = document.querySelector("main canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value, at) => at % 4 === 3 && value > 0);
    })()`;
    for (;;) {
      if ((await page.evaluate(isDrawn)) === wanted) return;
      await page.waitForTimeout(50);
    }
  }

  it("a pad that is frozen for 20 s, as by a lock screen, has the same seat when it thaws", async () => {
    const before = await seat(bob);
    const thaw = await freeze(bob);
    // The time for which a phone is locked is what this is about.
    await screen.waitForTimeout(20_000);
    await thaw();
    await isBack(bob);
    expect(await seat(bob)).toBe(before);
    await bob.getByLabel("Your guess").fill("A river?");
    await bob.getByRole("button", { name: "Guess" }).click();
    await guesses(screen).getByText("Bob: A river?").waitFor();
  });

  it("a pad that is reloaded has the same seat", async () => {
    const before = await seat(ann);
    await ann.reload();
    await isBack(ann);
    expect(await seat(ann)).toBe(before);
    await ann.getByTestId("drawing").waitFor();
  });

  it.each([
    [360, 640],
    [390, 844],
    [844, 390],
  ])("the paper keeps its proportion, all in sight, on a phone of %d × %d", async (width, height) => {
    await ann.setViewportSize({ width, height });
    const paper = ann.getByTestId("drawing");
    await expect.poll(async () => (await paper.boundingBox())?.width).toBeLessThan(width);
    const box = await paper.boundingBox();
    if (!box) throw new Error("no paper");
    expect(box.width / box.height).toBeCloseTo(4 / 3, 1);
    for (const control of [paper, ...(await ann.locator("#place button").all())]) {
      const {
        x,
        y,
        width: w,
        height: h,
      } = (await control.boundingBox()) ?? { x: -1, y: -1, width: 0, height: 0 };
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(48);
      expect(x + w).toBeLessThanOrEqual(width);
      expect(y + h).toBeLessThanOrEqual(height);
    }
  });

  it("a pad whose network was away reconnects as soon as somebody looks at it, and says so meanwhile", async () => {
    const before = await seat(bob);
    // No pause of its own ends: what brings it back is the return alone.
    await bob.evaluate(`{
      window.later = setTimeout;
      window.setTimeout = (run, ms, ...rest) => (ms >= 100 ? 0 : window.later(run, ms, ...rest));
    }`);
    proxy.cut();
    await bob.getByRole("status").getByText("Reconnecting").waitFor();
    expect(await bob.evaluate("document.getElementById('place').inert")).toBe(true);
    await shoot(bob, "party-pad-away");
    proxy.mend();
    expect(await ask(bob, "k.connected")).toBe(false);
    await bob.evaluate("dispatchEvent(new Event('pageshow'))");
    await isBack(bob);
    await bob.evaluate("window.setTimeout = window.later");
    expect(await seat(bob)).toBe(before);
    expect(await bob.evaluate("document.getElementById('place').inert")).toBe(false);
  });

  it("a connection that died without a word while a phone slept is found out as it wakes", async () => {
    const before = await seat(bob);
    proxy.silence();
    await bob.evaluate("dispatchEvent(new Event('pageshow'))");
    await untilPage(bob, "!k.connected");
    await isBack(bob);
    expect(await seat(bob)).toBe(before);
    await bob.getByLabel("Your guess").fill("A lake?");
    await bob.getByRole("button", { name: "Guess" }).click();
    await guesses(screen).getByText("Bob: A lake?").waitFor();
  });

  it("the screen comes back by itself under its code, after a reload and after a restart of the server", async () => {
    await screen.reload();
    await isBack(screen);
    expect(await codeOn(screen)).toBe(code);
    const { port } = server;
    await server.end();
    await screen.getByRole("status").getByText("Reconnecting").waitFor();
    server = await start(port);
    for (const page of [screen, ann, bob]) await isBack(page);
    expect(await codeOn(screen)).toBe(code);
    for (const name of ["Ann", "Bob"]) await screen.getByText(name, { exact: true }).waitFor();
  });

  it("the room gets the choice that was tapped, and the way of the stick until it is let go", async () => {
    const dan = await joinGuest<DoodleState>({ url: server.url } as never, "doodle", { name: "Dan", code });
    const inRoom = dan.room.state;
    const id = await seat(bob);
    const isAt = (x: number, y: number) => {
      const of = inRoom.seats.get(id);
      return Math.abs((of?.x ?? 9) - x) < 0.02 && Math.abs((of?.y ?? 9) - y) < 0.02;
    };
    dan.send("phase", { phase: "like" });
    await bob.getByRole("button", { name: "The neighbour's cat" }).click();
    await dan.until("the choice", () => [...inRoom.guesses].at(-1) === "Bob likes The neighbour's cat");
    await shoot(bob, "party-pad-choices");

    dan.send("phase", { phase: "lean" });
    const stick = bob.getByRole("application", { name: "Stick" });
    const box = await stick.boundingBox();
    if (!box) throw new Error("no stick");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await bob.mouse.move(x, y);
    await bob.mouse.down();
    // As far as it goes, and beyond: never more than 1. Up is +y.
    await bob.mouse.move(x + 500, y, { steps: 5 });
    await dan.until("all to the right", () => isAt(1, 0));
    await bob.mouse.move(x, y - 500, { steps: 5 });
    await dan.until("all upward", () => isAt(0, 1));
    await shoot(bob, "party-pad-stick");
    await bob.mouse.up();
    await dan.until("at rest", () => isAt(0, 0));
    // Each differs from the one before, and is in the range: nothing was refused.
    expect(await bob.locator(".notice").count()).toBe(0);
    dan.stop();
  });

  it("none of them has asked for three.js", () => {
    const scripts = asked.filter((url) => url.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.filter((url) => /\/(three|worlds)-/.test(url))).toEqual([]);
  });
});
