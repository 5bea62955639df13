import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Database, openDatabase } from "../../../server/storage/database.ts";
import { describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { newPostgresDatabase, testLog } from "../../helpers/databases.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";
import { PHONE } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("a moderator and two pages", (open) => {
  let browser: Browser;
  let server: ServerProcess;
  let database: Database;
  let postgres: { url: string; close(): Promise<void> };
  let operator: DeskOperator;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    postgres = await newPostgresDatabase();
    server = await startProcess({
      DATABASE_URL: postgres.url,
      ROOMKEEP_APPEAL: "https://example.org/appeal",
    });
    database = await openDatabase({ url: postgres.url, dataDir: "", log: testLog });
    operator = await deskOperator(database.ds, server.url, "mod-ann", "moderator");
    browser = await open();
    ann = await enter("Ann", {});
    bob = await enter("Bob", PHONE);
  });
  afterAll(async () => {
    await browser?.close();
    await database?.close();
    await server?.end();
    await postgres?.close();
  });

  async function enter(name: string, options: object): Promise<Page> {
    const context = await openProfile(browser, { viewport: { width: 900, height: 600 }, ...options });
    const page = await context.newPage();
    await page.goto(`${server.url}/?game=plaza`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    return page;
  }
  const accountOf = async (name: string): Promise<string> => {
    const rows = await database.ds.query<{ id: string }[]>(
      "SELECT account_id AS id FROM character WHERE name = $1",
      [name],
    );
    return rows[0]?.id ?? "";
  };

  it("a player is reported from the people list, warned, muted and banned, and reads each", async () => {
    await ann.getByRole("button", { name: "People here" }).click();
    await ann.getByRole("button", { name: "Report Bob" }).click();
    await ann.getByLabel("What is it about?").selectOption("spam");
    await ann.getByRole("textbox", { name: /What happened/u }).fill("He says the same again and again.");
    await shoot(ann, "moderation-report");
    await ann.getByRole("button", { name: "Send the report" }).click();
    await ann.getByText("Your report was sent").waitFor();
    const player = await accountOf("Bob");
    const { body } = await operator.ask("/v1/admin/reports/list");
    expect(body.reports).toMatchObject([
      { reason: "spam", reportedId: player, text: "He says the same again and again." },
    ]);

    await operator.ask("/v1/admin/players/warn", { player, reason: "Please do not repeat your lines." });
    const dialog = bob.getByRole("alertdialog");
    await dialog.getByText("Please do not repeat your lines.").waitFor();
    await shoot(bob, "moderation-warning-phone");
    await dialog.getByRole("button", { name: "I have read it" }).click();
    await expect
      .poll(() => database.ds.query("SELECT 1 FROM sanction WHERE kind = 'warn' AND read_at IS NOT NULL"))
      .toHaveLength(1);

    await operator.ask("/v1/admin/players/mute", { player, minutes: 30, reason: "Repeated lines." });
    await dialog.getByText("Repeated lines.").waitFor();
    await shoot(bob, "moderation-mute-phone");
    await dialog.getByRole("button", { name: "I have read it" }).click();

    await operator.ask("/v1/admin/players/ban", { player, minutes: 60, reason: "It went on." });
    const ended = bob.getByRole("dialog");
    await ended.getByText("You are banned").waitFor();
    await ended.getByText("It went on.").waitFor();
    await ended.getByText("https://example.org/appeal").waitFor();
    await shoot(bob, "moderation-ban-phone");
    await ended.getByRole("button", { name: "Back to the start" }).click();
    await bob.getByRole("button", { name: "Play", exact: true }).click();
    await bob.getByText(/This account is banned until/u).waitFor();
    // A page that is opened anew says it before anybody presses Play.
    await bob.reload();
    await bob.getByText("It went on.").first().waitFor();
    await shoot(bob, "moderation-door-phone");

    const own = await accountOf("Ann");
    await operator.ask("/v1/admin/players/warn", { player: own, reason: "A word in time." });
    await ann.getByText("A word in time.").waitFor();
    await shoot(ann, "moderation-warning");
    await ann.getByRole("button", { name: "I have read it" }).click();
    await operator.ask("/v1/admin/players/kick", { player: own, reason: "Take a break." });
    await ann.getByText("Take a break.").waitFor();
    await shoot(ann, "moderation-kick");
  }, 240_000);
});
