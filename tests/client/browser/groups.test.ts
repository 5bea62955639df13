import type { Browser, Page } from "playwright-core";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { openPhone } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("groups in the page", (open) => {
  let browser: Browser;
  let server: ServerProcess;
  let bob: TestPlayer;
  beforeAll(async () => {
    server = await startProcess({});
    browser = await open();
    bob = await joinAs(server.url, "plaza", { name: "Bob", create: true });
  });
  afterAll(async () => {
    bob?.stop();
    await browser?.close();
    await server?.end();
  });

  const ask = async <T>(method: string, path: string, body?: unknown) =>
    callApi<T>(server.url, method, `/v1/groups${path}`, {
      accessToken: await accessTokenOf(server.url, bob.token),
      body,
    });
  async function openGroups(page: Page): Promise<void> {
    await page.getByRole("button", { name: "People here" }).click();
    await page.getByRole("tab", { name: /^Groups/ }).click();
  }
  async function enter(page: Page, name: string): Promise<void> {
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
  }

  it("are founded, joined and ruled on a phone, and a refusal is shown", async () => {
    const page = await openPhone(browser, `${server.url}/?game=plaza`);
    await enter(page, "Ann");
    await openGroups(page);
    const name = page.getByLabel("Name of a new group");
    await name.fill("Moderator");
    await page.getByRole("button", { name: "Found", exact: true }).click();
    await page.getByRole("alert").getByText("reserved").waitFor();
    await name.fill("Night Watch");
    await name.press("Enter");
    await page.getByRole("button", { name: "Open: Night Watch" }).waitFor();
    await shoot(page, "groups-lists");
    const [group] = (await ask<{ groups: { id: string }[] }>("GET", "?search=night")).groups;
    await page.getByRole("button", { name: "Open: Night Watch" }).click();
    // Bob's request arrives while the page looks at the group.
    expect(await ask("POST", `/${group?.id}/requests`)).toEqual({ state: "waits" });
    await page.getByRole("button", { name: "Accept: Bob" }).click();
    await page.getByRole("button", { name: "Make officer: Bob" }).click();
    await page.getByRole("button", { name: "Make member: Bob" }).waitFor();
    const coins = page.getByLabel("Coins, or 3 herb", { exact: true });
    await coins.fill("5000");
    await coins.press("Enter");
    await page.getByText("There is not enough of it.").waitFor();
    await shoot(page, "groups-one");
    // What cannot be taken back asks once more.
    await page.getByRole("button", { name: "Disband: Night Watch" }).click();
    await page.getByRole("button", { name: "No: Night Watch" }).click();
    await page.getByRole("button", { name: "Leave: Night Watch" }).click();
    await page.getByRole("button", { name: "Yes, leave: Night Watch" }).click();
    await page.getByLabel("Search by name or tag").waitFor();
    expect(await ask("GET", "/mine")).toMatchObject({ groups: [{ role: "leader", members: 1 }] });
  });

  it("are found, asked and joined by the keyboard", async () => {
    const { id } = await ask<{ id: string }>("POST", "", { name: "Day Watch", text: "By day." });
    const page = await (await openProfile(browser, { viewport: { width: 1000, height: 640 } })).newPage();
    await page.goto(`${server.url}/?game=plaza`);
    await enter(page, "Eve");
    await openGroups(page);
    const search = page.getByLabel("Search by name or tag");
    await search.fill("day");
    await search.press("Enter");
    await page.getByRole("button", { name: "Ask: Day Watch" }).press("Enter");
    await page.getByRole("button", { name: "Withdraw: Day Watch" }).waitFor();
    const { asked } = await ask<{ asked: { account: string }[] }>("GET", `/${id}/requests`);
    await ask("POST", `/${id}/requests/${asked[0]?.account}/accept`);
    await page.getByRole("button", { name: "Open: Day Watch" }).press("Enter");
    await page.getByText("By day.").waitFor();
    await shoot(page, "groups-member");
    expect(await page.getByRole("button", { name: "Disband: Day Watch" }).count()).toBe(0);
  });
});
