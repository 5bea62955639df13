import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { openPhone } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("two people at cards", (open) => {
  const dataDir = mkdtempSync(join(tmpdir(), "roomkeep-cards-"));
  let browser: Browser;
  let server: ServerProcess;
  let ann: Page;
  let ben: Page;
  let code: string;

  const people = () => [ann, ben];
  /** The own cards, as they are shown. */
  const hand = (page: Page) =>
    page
      .locator(".hand [data-card]")
      .evaluateAll((cards) => cards.map((card) => (card as HTMLElement).dataset.card));
  const hasTurn = async (page: Page) => (await page.locator(".own.turn").count()) > 0;
  const phase = (page: Page) => page.locator(".last-leaf").getAttribute("data-phase");
  const inPhase = (page: Page, name: string) => page.locator(`.last-leaf[data-phase=${name}]`).waitFor();

  beforeAll(async () => {
    server = await startProcess({ ROOMKEEP_DATA_DIR: dataDir }, ["tests/helpers/servers/cards-server.ts"]);
    browser = await open();
    const context = await openProfile(browser, { viewport: { width: 1180, height: 760 } });
    ann = await context.newPage();
    await ann.goto(`${server.url}/?game=cards`);
    await ann.getByLabel("Your name").fill("Ann");
    await shoot(ann, "cards-door");
    await ann.getByRole("button", { name: "Play", exact: true }).click();
    await ann.getByRole("button", { name: "I am ready" }).waitFor();
    code = await ask<string>(ann, "k.roomId");
    ben = await openPhone(browser, `${server.url}/?room=${code}`);
    await ben.getByLabel("Your name").fill("Ben");
    await ben.getByRole("button", { name: "Play", exact: true }).click();
    await ben.getByRole("button", { name: "I am ready" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** One move by the page's own buttons, of whoever has the turn. */
  async function move(): Promise<void> {
    const page = (await hasTurn(ann)) ? ann : ben;
    const shown = () => page.locator(".last-leaf").innerHTML();
    const before = await shown();
    const fitting = page.locator(".card-button:not(:disabled)");
    if ((await fitting.count()) > 0) {
      await fitting.first().click();
      const suit = page.locator(".wishes button").first();
      if (await suit.isVisible()) await suit.click();
    } else if (await page.getByRole("button", { name: "Pass" }).isVisible())
      await page.getByRole("button", { name: "Pass" }).click();
    else await page.getByRole("button", { name: "Draw", exact: true }).click();
    await expect.poll(shown).not.toBe(before);
    // Both pages know whose turn it is now.
    await expect
      .poll(async () => {
        const phases = [await phase(ann), await phase(ben)];
        const turns = [await hasTurn(ann), await hasTurn(ben)].filter(Boolean).length;
        return phases[0] === phases[1] && (phases[0] !== "play" || turns === 1);
      })
      .toBe(true);
  }

  it("play a round by the buttons of their pages", async () => {
    await shoot(ann, "cards-lobby");
    await shoot(ben, "cards-pad-lobby");
    await ann.getByRole("combobox", { name: "Cards" }).selectOption("4");
    await expect.poll(() => ben.getByRole("combobox", { name: "Cards" }).inputValue()).toBe("4");
    for (const page of people()) await page.getByRole("button", { name: "I am ready" }).click();
    for (const page of people()) await inPhase(page, "play");
    expect((await hand(ann)).length).toBe(4);
    await shoot(ann, "cards-page");
    await shoot(ben, "cards-pad");
    const context = await openProfile(browser, { viewport: { width: 1280, height: 720 } });
    const screen = await context.newPage();
    await screen.goto(`${server.url}/?game=cards&room=${code}&as=screen`);
    await screen.locator(".last-leaf.screen").waitFor();
    await shoot(screen, "cards-screen");
    await context.close();
    for (let moves = 0; moves < 60 && (await phase(ann)) === "play"; moves++) await move();
    await ann.getByRole("region", { name: "Points" }).waitFor();
    await shoot(ann, "cards-points");
    await shoot(ben, "cards-pad-points");
    for (const page of people()) await inPhase(page, "play");
  });

  it("leave, the room is gone, and come back by my games with the hands as they were", async () => {
    for (let moves = 0; moves < 3 && (await phase(ann)) === "play"; moves++) await move();
    const hands = [await hand(ann), await hand(ben)];
    const seats = [await ask<string>(ann, "k.sessionId"), await ask<string>(ben, "k.sessionId")];
    await ann.getByRole("button", { name: "Leave the room" }).click();
    await ann.locator(".my-games").getByText(code).waitFor();
    await leavePad();
    await expect.poll(openRooms).toBe(0);
    await shoot(ann, "cards-my-games");
    await ann.locator(".my-games button").first().click();
    await ann.locator(".last-leaf.page").waitFor();
    await ben.locator(".my-games").getByText(code).waitFor();
    await shoot(ben, "cards-pad-my-games");
    await ben.locator(".my-games button").first().click();
    await ben.locator(".last-leaf.pad").waitFor();
    for (const page of people()) await untilPage(page, "k.connected");
    expect([await hand(ann), await hand(ben)]).toEqual(hands);
    expect(await ask(ann, "k.roomId")).toBe(code);
    expect([await ask(ann, "k.sessionId"), await ask(ben, "k.sessionId")]).not.toEqual(seats);
    await move();
  });

  /** Out of the room by the menu of a phone. */
  async function leavePad(): Promise<void> {
    await ben.locator(".pad-bar button").click();
    await ben.getByRole("button", { name: /leave/iu }).first().click();
  }

  const openRooms = async () => {
    const answer = await fetch(`${server.url}/v1/rooms/${code}`);
    return answer.status === 404 ? 0 : 1;
  };
});
