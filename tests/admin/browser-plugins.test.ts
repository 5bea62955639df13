import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { definePlugin, deskOperation } from "roomkeep/server";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { describeWithBrowser, openProfile, shoot } from "../helpers/browser.ts";
import { deskOperator } from "../helpers/desk/operators.ts";
import { PHONE } from "../helpers/phone.ts";

/** Stones on a shelf, two of them a page. */
const shelf = definePlugin({
  name: "shelf",
  open: () => new Map([1, 2, 3].map((kg) => [`stone ${kg}`, kg])),
  operations: (stones) => ({
    list: deskOperation({
      summary: "The stones on the shelf",
      permission: "look",
      kind: "read",
      params: z.object({ after: z.int().default(0), heavy: z.boolean().optional() }),
      result: z.object({
        stones: z.array(
          z.object({ stone: z.string(), kg: z.int(), isRound: z.boolean(), since: z.string() }),
        ),
        next: z.int().nullable(),
      }),
      async run(_, { after, heavy }) {
        const all = [...stones].filter(([, kg]) => !heavy || kg > 2);
        const since = "2026-11-28T05:00:00Z";
        return {
          stones: all.slice(after, after + 2).map(([stone, kg]) => ({ stone, kg, isRound: kg > 1, since })),
          next: all.length > after + 2 ? after + 2 : null,
        };
      },
    }),
    take: deskOperation({
      summary: "Take a stone off the shelf",
      permission: "items",
      kind: "write",
      params: z.object({ stone: z.string(), reason: z.string().min(1).max(500) }),
      result: z.object({ left: z.int() }),
      async run(_, { stone }) {
        stones.delete(stone);
        return { left: stones.size };
      },
    }),
  }),
});

describeWithBrowser("the desk's page of a plugin", (openBrowser) => {
  let world: TestServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [world, browser] = await Promise.all([bootServer({}, { plugins: [shelf] }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  /** The desk in the name of a role. */
  async function deskOf(name: string, role: "admin" | "moderator", how: BrowserContextOptions) {
    const { ds } = world.server.foundation.database;
    const { token } = await deskOperator(ds, world.url, name, role);
    const profile = await openProfile(browser, how);
    await profile.addCookies([{ name: "roomkeep_desk", value: token, url: world.url }]);
    page = await profile.newPage();
    await page.goto(`${world.url}/admin/#/plugins`);
    await page.getByRole("link", { name: "shelf", exact: true }).click();
  }
  const stones = () => page.getByRole("table", { name: "Stones" }).getByRole("row");

  it("shows what a plugin can tell, page by page, and does to a row what is done to it", async () => {
    await deskOf("shelf-admin", "admin", { viewport: { width: 1100, height: 760 } });
    await stones().nth(2).waitFor();
    expect(await stones().nth(1).innerText()).toMatch(/stone 1\s+1\s+no\s+28 Nov 2026/u);
    await shoot(page, "desk-plugin");
    await page.getByRole("button", { name: "Next page" }).click();
    await stones().filter({ hasText: "stone 3" }).waitFor();
    await page.getByLabel("Heavy").selectOption("yes");
    await page.getByRole("button", { name: "Look" }).click();
    await stones().filter({ hasText: "stone 3" }).getByRole("button", { name: "Take", exact: true }).click();
    const form = page.getByRole("dialog", { name: "Take a stone off the shelf" });
    await form.getByText("Stone: stone 3").waitFor();
    await form.getByLabel("Reason").fill("too heavy");
    await shoot(page, "desk-plugin-act");
    await form.getByRole("button", { name: "Take", exact: true }).click();
    await page.getByText("Stones: none.").waitFor();
    const { ds } = world.server.foundation.database;
    expect(await ds.query("SELECT line, outcome FROM audit_entry WHERE line LIKE '%shelf%'")).toEqual([
      { line: 'roomkeep admin shelf take --stone "stone 3" --reason "too heavy"', outcome: "done" },
    ]);
  });

  it("hides from a role what it may not do, and is read on a phone", async () => {
    await deskOf("shelf-mod", "moderator", PHONE);
    await page.getByText("Your role may not do all of it.").waitFor();
    await stones().first().waitFor({ state: "attached" });
    expect(await page.getByRole("button", { name: "Take", exact: true }).count()).toBe(0);
    await shoot(page, "desk-plugin-phone");
  });
});
