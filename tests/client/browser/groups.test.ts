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

  it("invite somebody of the room, are edited, and allow back who was removed", async () => {
    const page = await openPhone(browser, `${server.url}/?room=${bob.room.roomId}`);
    await page.getByLabel("Your name").fill("Kim");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    const { id } = await ask<{ id: string }>("POST", "", { name: "Owls", tag: "OWL", access: "open" });
    const invited = page.getByRole("list", { name: "Invitations" });
    await openGroups(page);
    // Bob's page would send this by the button at Kim's name.
    bob.send("groups.invite", { group: id, who: await page.evaluate("window.__roomkeep.sessionId") });
    await invited.getByRole("button", { name: "Join: Owls" }).click();
    await page.getByRole("button", { name: "Open: Owls" }).waitFor();
    const members = () => ask<{ members: { account: string; name: string }[] }>("GET", `/${id}/members`);
    const kim = (await members()).members.find(({ name }) => name === "Kim")?.account;
    await ask("POST", `/${id}/members/${kim}/role`, { role: "leader" });
    await page.getByRole("button", { name: "Open: Owls" }).click();
    await page.getByText("Edit the group").click();
    await page.getByLabel("Name", { exact: true }).fill("Night Owls");
    await page.getByLabel("Tag", { exact: true }).fill("");
    await page.getByLabel("What it says of itself").fill("We sleep by day.");
    await shoot(page, "groups-edit");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("We sleep by day.").first().waitFor();
    await page.getByRole("heading", { name: "Night Owls" }).waitFor();
    await page.getByRole("button", { name: "Remove: Bob" }).click();
    await page.getByRole("button", { name: "Yes, remove: Bob" }).click();
    await page.getByRole("button", { name: "Allow back: Bob" }).waitFor();
    await shoot(page, "groups-removed");
    expect(await ask("POST", `/${id}/requests`)).toEqual({ state: "waits" });
    await page.getByRole("button", { name: "Refuse: Bob" }).click();
    await page.getByRole("button", { name: "Allow back: Bob" }).click();
    await expect.poll(() => page.getByRole("list", { name: "Removed" }).count()).toBe(0);
    // At Bob's name in the room is the button that invites him.
    await page.getByRole("tab", { name: "Here" }).click();
    await page.getByRole("button", { name: "Invite to Night Owls: Bob" }).click();
    await shoot(page, "groups-invite-here");
    const mine = () => ask<{ invited: { name: string }[] }>("GET", "/mine");
    await expect.poll(async () => (await mine()).invited).toMatchObject([{ name: "Night Owls" }]);
    await page.context().close();
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
