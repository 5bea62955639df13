import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Browser } from "playwright-core";
import type { WorldRoom } from "roomkeep/rooms";
import { IN_MEMORY, type RunningServer, readConfig, startServer } from "roomkeep/server";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { games } from "../../../server/main.ts";
import { describeWithBrowser, openProfile, untilPage } from "../../helpers/browser.ts";

class ModesPlaza extends PlazaRoom {
  static override readonly listing = { ...PlazaRoom.listing, matchBy: { mode: ["red", "blue"] } };
}
/** A game of the server that its page was not told of. */
class HiddenRoom extends PlazaRoom {}

describeWithBrowser("the address of the page", (open) => {
  let browser: Browser;
  let server: RunningServer;
  beforeAll(async () => {
    const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
    const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
    server = await startServer({ ...games, plaza: ModesPlaza, hidden: HiddenRoom }, config, page);
    browser = await open();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const play = async (query: string) => {
    const page = await (await openProfile(browser)).newPage();
    await page.goto(`${server.url}/?${query}`);
    await page.getByLabel("Your name").fill("Ann");
    await page.getByRole("button", { name: /^(Play|Join your friends)$/ }).click();
    return page;
  };

  it("says which rooms of a game Play means, by what they are matched by", async () => {
    const page = await play("game=plaza&mode=blue");
    await untilPage(page, "k.connected && k.me()");
    const code = new URL(page.url()).searchParams.get("room") ?? "";
    const room = matchMaker.getLocalRoomById(code) as unknown as WorldRoom;
    expect(room.match).toEqual({ mode: "blue" });
    await page.context().close();
  });

  it("that leads into a game without a view here leads back, and says so: no other world is shown", async () => {
    const host = await joinAs(server.url, "hidden", { name: "Host" });
    const page = await play(`room=${host.room.roomId}`);
    await page.getByText('This page has no view for the game "hidden".').waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    host.stop();
    await page.context().close();
  });
});
