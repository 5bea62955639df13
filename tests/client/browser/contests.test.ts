import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { GameRoom } from "roomkeep/rooms";
import { IN_MEMORY, type RunningServer, readConfig, startServer } from "roomkeep/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { quizBoard } from "../../../games/quiz/board.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { leaderboards } from "../../../plugins/leaderboards/index.ts";
import { games, plugins } from "../../../server/main.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { PHONE } from "../../helpers/phone.ts";

const built = fileURLToPath(new URL("../../../dist/page", import.meta.url));

describeWithBrowser("boards, matches and channels in the page", (open) => {
  let browser: Browser;
  let server: RunningServer;
  let ann: Page;
  let bob: Page;
  beforeAll(async () => {
    browser = await open();
    const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
    server = await startServer(games, config, built, plugins);
    ann = await enter("Ann", { viewport: { width: 900, height: 640 } });
    bob = await enter("Bob", PHONE);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function enter(name: string, options: BrowserContextOptions): Promise<Page> {
    const page = await (await openProfile(browser, options)).newPage();
    await page.goto(`${server.url}/?game=plaza`);
    await page.getByLabel("Your name").fill(name);
    await button(page, "Play").click();
    await untilPage(page, "k.connected && k.me()");
    return page;
  }
  async function playerOf(page: Page) {
    const [roomId, sessionId] = [await ask<string>(page, "k.roomId"), await ask<string>(page, "k.sessionId")];
    const player = (matchMaker.getLocalRoomById(roomId) as unknown as GameRoom).players.get(sessionId);
    if (!player) throw new Error("no such player");
    return player;
  }
  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const tab = (page: Page, name: string) => page.getByRole("tab", { name: new RegExp(`^${name}`) });
  const contests = async (page: Page, name: string) => {
    await page.getByRole("button", { name: "Contests" }).click();
    await tab(page, name).click();
  };
  const places = (page: Page) => page.locator(".boards li").allInnerTexts();
  const close = (page: Page) => button(page, "Close").click();

  it("tabs of all that is about people are one line, on a phone too", async () => {
    for (const page of [ann, bob]) {
      await page.getByRole("button", { name: "People here" }).click();
      const tops = await page
        .getByRole("tab")
        .evaluateAll((tabs) => tabs.map((one) => Math.round(one.getBoundingClientRect().top)));
      expect(tops).toHaveLength(5);
      expect(new Set(tops).size).toBe(1);
      // The last one is within the screen once it is chosen.
      await tab(page, "Chat").click();
      const { x = 0, width = 0 } = (await tab(page, "Chat").boundingBox()) ?? {};
      expect(x + width).toBeLessThanOrEqual((page.viewportSize()?.width ?? 0) + 1);
    }
  });

  it("channels show what another one writes, by two taps from the world", async () => {
    for (const page of [ann, bob]) await button(page, "plaza").click();
    await ann.getByLabel("Line", { exact: true }).fill("see you at the fountain");
    await button(ann, "Send").click();
    await bob.getByRole("list", { name: "Lines of plaza" }).getByText("see you at the fountain").waitFor();
    await shoot(ann, "chat-panel");
    await shoot(bob, "chat-panel-phone");
    for (const page of [ann, bob]) {
      await page.getByRole("button", { name: "← Channels" }).click();
      await page.getByRole("list", { name: "Channels" }).waitFor();
    }
    await shoot(bob, "chat-channels-phone");
    for (const page of [ann, bob]) await close(page);
  });

  it("the board of the quiz has the places of all, and those of friends among each other", async () => {
    await contests(bob, "Boards");
    await bob.getByText("Nobody has a score yet.").waitFor();
    await close(bob);
    const { api } = server.foundation.plugins;
    const accounts = [await playerOf(ann), await playerOf(bob)].map(({ claim }) => claim.sheet.accountId);
    const [a = "", b = ""] = accounts;
    await api(friends).request(a, b);
    await api(friends).accept(b, a);
    const cid = await enter("Cid", { viewport: { width: 400, height: 400 } });
    for (const [page, score] of [
      [ann, 3200],
      [cid, 2950],
      [bob, 1480],
    ] as const)
      await api(leaderboards).submit(await playerOf(page), quizBoard.name, score);
    await cid.context().close();
    for (const page of [ann, bob]) {
      await contests(page, "Boards");
      await expect.poll(() => places(page)).toHaveLength(3);
    }
    expect((await places(bob)).map((text) => text.replace(/\s+/gu, " "))).toEqual([
      "1. Ann 3,200",
      "2. Cid 2,950",
      "3. Bob (you) 1,480",
    ]);
    await shoot(ann, "leaderboards");
    await button(bob, "Friends").click();
    await expect.poll(() => places(bob)).toHaveLength(2);
    expect((await places(bob)).join()).not.toContain("Cid");
    await shoot(bob, "leaderboards-friends-phone");
  });

  it("two look for a match, are asked whether they are ready, and stand in one room", async () => {
    for (const page of [ann, bob]) await tab(page, "Find a match").click();
    await shoot(bob, "matchmaking-phone");
    await button(ann, "Find a match").click();
    await ann.getByText("Looking for a match in Last Leaf for two.").waitFor();
    await shoot(ann, "matchmaking-waiting");
    await button(bob, "Find a match").click();
    // Ann has closed it: the check is over the world.
    await close(ann);
    for (const page of [ann, bob])
      await page.getByRole("alertdialog", { name: "A match was found" }).waitFor();
    await shoot(ann, "matchmaking-ready");
    await shoot(bob, "matchmaking-ready-phone");
    for (const page of [ann, bob]) await button(page, "Ready").click();
    for (const page of [ann, bob]) await untilPage(page, `k.connected && k.state?.seats?.size === 2`);
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
    await shoot(ann, "matchmaking-room");
    await shoot(bob, "matchmaking-room-phone");
  });
});
