import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type AnyPlugin, IN_MEMORY, type RunningServer, readConfig, startServer } from "roomkeep/server";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cup, defineCup, tournaments } from "../../../plugins/tournaments/index.ts";
import { createGuest } from "../../../server/accounts/guests.ts";
import { games } from "../../../server/main.ts";
import { describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { PHONE } from "../../helpers/phone.ts";

const built = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const prizes: Cup["prizes"] = [
  { ranks: [1, 1], share: 70, coins: 0, items: [] },
  { ranks: [2, 2], share: 30, coins: 0, items: [] },
];
const cups = [
  defineCup("knock-out", {
    label: "Plaza knock-out",
    game: "plaza",
    bracket: { checkInS: 600, third: true },
    fee: { coins: 10 },
    prizes,
  }),
];

describeWithBrowser("tournaments in the page", (open) => {
  let browser: Browser;
  let server: RunningServer;
  let ds: DataSource;
  let ann: Page;
  let bob: Page;
  beforeAll(async () => {
    browser = await open();
    const config = readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
    const plugin = tournaments.with({ cups, checkS: 0.3 }) as unknown as AnyPlugin;
    server = await startServer(games, config, built, [plugin]);
    ({ ds } = server.foundation.database);
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
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    return page;
  }
  const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
  const coins = async (name: string, amount: number) =>
    ds.query("UPDATE character SET coins = $2 WHERE name = $1", [name, amount]);

  let id: string;
  it("shows what is to come with its fee, joins and leaves, and says why one cannot", async () => {
    const api = server.foundation.plugins.api(tournaments);
    id = await ds.transaction((db) =>
      api.within.create(db, "knock-out", { startsMs: Date.now() + 3_600_000 }),
    );
    for (const page of [ann, bob]) {
      await button(page, "Contests").click();
      await page.getByRole("tab", { name: /^Tournaments/ }).click();
      await page.getByRole("article", { name: "Plaza knock-out" }).waitFor();
    }
    await coins("Ann", 0);
    await button(ann, "Join: Plaza knock-out").click();
    await ann.getByRole("alert").getByText("There is not enough of it.").waitFor();
    await coins("Ann", 50);
    await coins("Bob", 50);
    await button(ann, "Join: Plaza knock-out").click();
    await button(ann, "Leave: Plaza knock-out").click();
    await button(ann, "Join: Plaza knock-out").click();
    await ann.getByText("you are in").waitFor();
    await button(bob, "Join: Plaza knock-out").click();
    await button(bob, "Leave: Plaza knock-out").waitFor();
    await shoot(bob, "tournaments-phone");
  });

  it("draws the bracket, which is reached and read by keys, and leads into the own match", async () => {
    const api = server.foundation.plugins.api(tournaments);
    for (const name of ["Cid", "Dora", "Emil", "Fay", "Gus"]) {
      const { accountId } = await createGuest(ds, { name, color: 0, shape: 0 });
      await coins(name, 10);
      await api.join(id, accountId);
    }
    await ds.query("UPDATE tournament SET starts_at = now() WHERE id = $1", [id]);
    // The others play until two are left to meet Ann or Bob.
    await expect.poll(async () => (await api.bracket(id)).length).toBe(8);
    for (const page of [ann, bob]) {
      const toggle = button(page, "Bracket: Plaza knock-out");
      await toggle.focus();
      await page.keyboard.press("Enter");
      await page.getByRole("region", { name: "Bracket" }).waitFor();
      expect(await page.getByRole("heading", { level: 4 }).allInnerTexts()).toEqual([
        "Quarter-finals",
        "Semi-finals",
        "Final",
      ]);
      await page.keyboard.press("Tab");
      expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Bracket");
    }
    await decideOthers();
    await ann
      .getByText("Your match against", { exact: false })
      .or(ann.getByText("your match against"))
      .waitFor();
    await shoot(ann, "tournaments-bracket");
    await shoot(bob, "tournaments-bracket-phone");
    await button(ann, "Enter").click();
    await untilPage(ann, "k.connected && k.me()");
    const here = "SELECT count(*)::int AS n FROM tournament_match WHERE a_here OR b_here";
    await expect.poll(() => ds.query(here)).toEqual([{ n: 1 }]);
  });

  /** Decides the open matches that neither Ann nor Bob is in. */
  async function decideOthers(): Promise<void> {
    const api = server.foundation.plugins.api(tournaments);
    for (const match of await api.bracket(id)) {
      const names = [match.a?.name, match.b?.name];
      if (match.state === "over" || match.state === "waiting") continue;
      if (names.includes("Ann") || names.includes("Bob")) continue;
      const { round, slot, a } = match;
      await ds.transaction((db) => api.within.decide(db, id, { round, slot, account: a?.account ?? "" }));
    }
  }
});
