import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { plazaLevel } from "../rooms/plaza/level.ts";
import { PlazaRoom } from "../rooms/plaza/room.ts";
import { TagRoom } from "../rooms/tag/room.ts";
import { IN_MEMORY, type RunningServer, readConfig, startServer } from "../server/index.ts";
import { games } from "../server/main.ts";
import { ask, describeWithBrowser, shoot, untilPage } from "./helpers/browser.ts";
import { buildPage } from "./helpers/page.ts";

/** A plaza with a portal in the middle of nowhere, to a place that each party has for itself. */
class GatePlaza extends PlazaRoom {
  override level = {
    ...plazaLevel,
    portals: [
      { at: [4, 0, 4] as [number, number, number], yaw: 0, radius: 1, to: "tag" },
      { at: [-4, 0, 4] as [number, number, number], yaw: 0, radius: 1, to: "nowhere" },
    ],
  };
}
class OwnTag extends TagRoom {
  static override readonly card = { ...TagRoom.card, instance: true };
}

describeWithBrowser("two people in a party", (open) => {
  let browser: Browser;
  let server: RunningServer;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    await buildPage();
    const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
    const page = fileURLToPath(new URL("../dist/page", import.meta.url));
    server = await startServer({ ...games, plaza: GatePlaza, tag: OwnTag }, config, page);
    browser = await open();
    ann = await enter("Ann", { width: 800, height: 520 });
    bob = await enter("Bob", { width: 390, height: 720 });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function enter(name: string, viewport: { width: number; height: number }): Promise<Page> {
    const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(`${server.url}/?game=plaza`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    await page.evaluate("window.neverReloaded = true");
    return page;
  }

  async function putAt(page: Page, x: number, z: number): Promise<void> {
    const [roomId, sessionId] = await ask<[string, string]>(page, "[k.roomId, k.sessionId]");
    const room = matchMaker.getLocalRoomById(roomId) as never as GatePlaza;
    Object.assign(room.players.get(sessionId)!.avatar, { x, z });
  }

  it("invite, accept, and are shown to each other", async () => {
    await ann.getByRole("button", { name: "People here" }).click();
    await ann.getByRole("button", { name: "Invite to party" }).click();
    await shoot(bob, "party-invitation-phone");
    await bob.getByTestId("invitation").getByRole("button", { name: "Join" }).click();
    for (const page of [ann, bob]) {
      await page.getByTestId("party").getByRole("button", { name: /Bob/u }).waitFor();
      expect(await page.getByTestId("party").innerText()).toMatch(/Ann\s*★/u);
    }
    await shoot(ann, "party-plaza");
  });

  it("read why a way does not lead anywhere, and stay", async () => {
    const before = await ask<string>(ann, "k.roomId");
    await putAt(ann, -4, 4);
    await ann.getByText(/no place "nowhere"/u).waitFor();
    expect(await ask(ann, "k.roomId")).toBe(before);
    await untilPage(ann, "k.connected && Math.abs(k.me().x + 4) < 0.5");
    expect(await ann.getByTestId("veil").getAttribute("class")).not.toContain("drawn");
  });

  it("go through a portal together without a reload", async () => {
    const plaza = await ask<string>(ann, "k.roomId");
    await putAt(ann, 4, 4);
    for (const page of [ann, bob]) await untilPage(page, `k.roomId !== "${plaza}" && k.connected && k.me()`);
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
    const [annId, bobId] = [await ask(ann, "k.sessionId"), await ask(bob, "k.sessionId")];
    await untilPage(ann, `k.actor("${bobId}")`);
    await untilPage(bob, `k.actor("${annId}")`);
    for (const page of [ann, bob]) {
      expect(await page.evaluate("window.neverReloaded")).toBe(true);
      await page.locator(".veil:not(.drawn)").waitFor({ state: "attached" });
      await page.getByTestId("party").getByRole("button", { name: /Bob/u }).waitFor();
    }
    await shoot(ann, "party-instance");
    await shoot(bob, "party-instance-phone");
  });
});
