import type { Browser, Page } from "playwright-core";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { CardsState } from "../../../games/cards/state.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { joinGuest } from "../../helpers/guests.ts";
import { openPhone } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("who is put out of a room is told why", (open) => {
  let browser: Browser;
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startProcess({ IDLE_S: "25" }, ["tests/helpers/servers/spectated-server.ts"]);
    browser = await open();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  async function enter(game: string, code: string, phone = false): Promise<Page> {
    const url = `${server.url}/?game=${game}&room=${code}`;
    const page = phone
      ? await openPhone(browser, url)
      : await openProfile(browser, { viewport: { width: 1000, height: 640 } }).then((one) => one.newPage());
    if (!phone) await page.goto(url);
    await page.getByLabel("Your name").fill("Zoe");
    await page.getByRole("button", { name: /^(Play|Join your friends)$/u }).click();
    await untilPage(page, "k.connected && k.state && (k.state.seats?.size === 2 || k.me())");
    return page;
  }
  /** The notice; its button leads to the start, and the room stays closed to who was kicked. */
  async function isKicked(page: Page, code: string, name: string): Promise<void> {
    await page.getByText("You were removed from the room").waitFor();
    await page.getByText("The room's leader or a moderator removed you.").waitFor();
    await shoot(page, name);
    await page.getByRole("button", { name: "Back to the start" }).click();
    await page.goto(`${server.url}/?room=${code}`);
    await page.getByRole("button", { name: /^(Play|Join your friends)$/u }).click();
    await page.getByText("The leader of this room has removed you").waitFor();
  }

  it("by a leader's kick, in a world", async () => {
    const ann = await joinAs(server.url, "tag", { name: "Ann", create: true });
    const page = await enter("tag", ann.room.roomId);
    await ann.room.send("kick", { id: await ask<string>(page, "k.sessionId") });
    await isKicked(page, ann.room.roomId, "farewell-kicked-world");
    ann.stop();
  });

  it("by a leader's kick, in a panel on a phone", async () => {
    const ann = await joinGuest<CardsState>({ url: server.url } as never, "cards", {
      name: "Ann",
      create: true,
    });
    const page = await enter("cards", ann.room.roomId, true);
    ann.send("kick", { id: await ask<string>(page, "k.sessionId") });
    await isKicked(page, ann.room.roomId, "farewell-kicked-panel");
    ann.stop();
  });

  it.each([
    ["tag", false],
    ["cards", true],
  ] as const)(
    "who does nothing in %s is warned, and told that the seat was given up",
    async (game, phone) => {
      const first =
        game === "tag"
          ? await joinAs(server.url, game, { name: "Ann", create: true })
          : await joinGuest<CardsState>({ url: server.url } as never, game, { name: "Ann", create: true });
      const page = await enter(game, first.room.roomId, phone);
      await page.getByText("Are you there?").waitFor();
      await page.getByText("You were away for long").waitFor();
      await shoot(page, `farewell-idle-${game}`);
      await page.getByRole("button", { name: "Back to the start" }).click();
      await page.getByLabel("Your name").waitFor();
      // The room is open to them as before.
      expect(await page.getByRole("alert").filter({ visible: true }).count()).toBe(0);
      first.stop();
    },
    120_000,
  );
});
