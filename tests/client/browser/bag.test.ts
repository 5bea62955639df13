import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { IN_MEMORY, type RunningServer, readConfig, startServer } from "roomkeep/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { meadowLevel, TRADER } from "../../../games/meadow/level.ts";
import { MeadowRoom } from "../../../games/meadow/room.ts";
import { Boar } from "../../../games/meadow/state.ts";
import { games, plugins } from "../../../server/main.ts";
import { layGround } from "../../../shared/physics/ground.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { type OidcProvider, startOidcProvider } from "../../helpers/oidc-provider.ts";
import { freePort } from "../../helpers/postgres.ts";

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const password = "correct horse 7";
const ground = layGround(meadowLevel);

/** Nobody is run over while he trades. */
class PeacefulMeadow extends MeadowRoom {
  protected override onBegin(): void {
    super.onBegin();
    for (const boar of [...this.world.query({ is: Boar })]) this.world.despawn(boar);
  }
}

describeWithBrowser("two people with accounts and bags", (open) => {
  let browser: Browser;
  let server: RunningServer;
  let provider: OidcProvider;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    provider = await startOidcProvider();
    const port = await freePort();
    const config = readConfig({
      PORT: String(port),
      LOG_LEVEL: "warn",
      ROOMKEEP_DATA_DIR: IN_MEMORY,
      ROOMKEEP_OIDC_ISSUER: provider.issuer,
      ROOMKEEP_OIDC_NAME: "Example ID",
      ROOMKEEP_OIDC_CLIENT_ID: provider.clientId,
      ROOMKEEP_OIDC_CLIENT_SECRET: provider.clientSecret,
      ROOMKEEP_OIDC_REDIRECT: `http://127.0.0.1:${port}/v1/identity/return`,
    });
    server = await startServer(
      { ...games, meadow: PeacefulMeadow },
      config,
      fileURLToPath(new URL("../../../dist/page", import.meta.url)),
      plugins,
    );
    browser = await open();
    ann = await visit(DESKTOP);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await provider?.close();
  });

  /** A new browser that opens the page. */
  async function visit(device: BrowserContextOptions): Promise<Page> {
    const page = await (await openProfile(browser, device)).newPage();
    await page.goto(`${server.url}/?game=meadow`);
    return page;
  }

  const press = (page: Page, name: string | RegExp) =>
    page.getByRole("button", { name, exact: true }).click();
  const field = (page: Page, name: string) => page.locator(`form.sheet [name=${name}]`);

  async function play(page: Page): Promise<void> {
    await press(page, "Play");
    await untilPage(page, "k.connected && k.me()");
  }

  /** All rows of a query, as the database has them now. */
  const rows = <T>(sql: string, values: unknown[] = []) =>
    server.foundation.database.ds.query<T[]>(sql, values);
  const charactersOf = (account: string) =>
    rows<{ id: string; name: string }>(
      `SELECT character.id, character.name FROM character JOIN account ON account.id = account_id
       WHERE account.name = $1 AND deleted_at IS NULL ORDER BY character.created_at`,
      [account],
    );

  it("play at once as a guest; the guest becomes an account and keeps the character", async () => {
    await ann.getByLabel("Your name").fill("Ann");
    await play(ann);
    const [guest] = await rows<{ id: string; kind: string }>(
      "SELECT account.id, kind FROM account JOIN character ON account_id = account.id WHERE character.name = 'Ann'",
    );
    expect(guest?.kind).toBe("guest");
    await press(ann, "Leave the room");
    await press(ann, "Make an account");
    await field(ann, "username").fill("a");
    await field(ann, "new-password").fill(password);
    await ann.keyboard.press("Enter");
    // An error is shown at its field, and the field has the focus.
    await ann.getByText(/The name has 1 characters/u).waitFor();
    expect(await ann.evaluate("document.activeElement.name")).toBe("username");
    expect(await field(ann, "username").getAttribute("aria-invalid")).toBe("true");
    await shoot(ann, "account-refused");
    await ann.keyboard.type("nn example");
    await ann.keyboard.press("Enter");
    await ann.getByRole("button", { name: "ann example" }).waitFor();
    expect(await rows("SELECT id, kind, name FROM account")).toEqual([
      { id: guest?.id, kind: "registered", name: "ann example" },
    ]);
    await play(ann);
  });

  it("sign in on another device with the keyboard alone; the first one says where the character went", async () => {
    const phone = await visit(PHONE);
    await phone.getByRole("button", { name: "Sign in" }).focus();
    await phone.keyboard.press("Enter");
    await field(phone, "username").focus();
    await phone.keyboard.type("ANN Example");
    await phone.keyboard.press("Tab");
    await phone.keyboard.type("wrong horse 7");
    await phone.keyboard.press("Enter");
    await phone.getByText("name or the password is wrong").waitFor();
    await shoot(phone, "sign-in-refused-phone");
    await field(phone, "current-password").fill(password);
    await phone.keyboard.press("Enter");
    await phone.getByRole("radio", { name: "Ann" }).waitFor();
    await shoot(phone, "characters-phone");
    await play(phone);
    await ann.getByText("You are playing elsewhere").waitFor();
    await shoot(ann, "taken-over");
    await ann.context().close();
    ann = phone;
  });

  it("make another character, choose, delete and bring back", async () => {
    await press(ann, "Leave the room");
    await ann.getByRole("radio", { name: "New" }).click();
    await ann.getByLabel("Your name").fill("Annika");
    await play(ann);
    expect((await charactersOf("ann example")).map(({ name }) => name)).toEqual(["Ann", "Annika"]);
    await press(ann, "Leave the room");
    await ann.getByRole("radio", { name: "Annika", checked: true }).waitFor();
    await press(ann, "Delete Annika…");
    await press(ann, "Delete");
    await ann.getByRole("button", { name: /Bring back Annika/u }).waitFor();
    expect(await charactersOf("ann example")).toHaveLength(1);
    await ann.getByRole("button", { name: /Bring back Annika/u }).click();
    await ann.getByRole("radio", { name: "Annika", checked: true }).waitFor();
    expect(await charactersOf("ann example")).toHaveLength(2);
    await ann.getByRole("radio", { name: "Ann", exact: true }).click();
    await press(ann, "ann example");
    await ann.getByRole("button", { name: /Where you were/u }).click();
    await ann.getByText("Annika").last().waitFor();
    await shoot(ann, "visits-phone");
    await ann.keyboard.press("Escape");
  });

  it("come in by another site, and make the first character", async () => {
    bob = await visit(DESKTOP);
    await bob.route(`${provider.issuer}/authorize*`, async (route) => {
      const back = await provider.visit(route.request().url(), { sub: "bob", preferred_username: "Bob B" });
      await route.fulfill({ status: 302, headers: { location: back.href } });
    });
    await press(bob, "Sign in");
    await press(bob, "Continue with Example ID");
    await bob.getByText("Make your first character").waitFor();
    expect(new URL(bob.url()).hash).toBe("");
    expect(await charactersOf("Bob B")).toEqual([]);
    await bob.getByLabel("Your name").fill("Bob");
    await shoot(bob, "first-character");
    await play(bob);
    expect((await charactersOf("Bob B")).map(({ name }) => name)).toEqual(["Bob"]);
    await play(ann);
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
  });

  // ── In the meadow
  // ─────────────────────────────────────────────────────────────────────────────────────────────

  const roomOf = async (page: Page) =>
    matchMaker.getLocalRoomById(await ask<string>(page, "k.roomId")) as never as MeadowRoom;
  const heroOf = async (page: Page) =>
    (await roomOf(page)).players.get(await ask<string>(page, "k.sessionId"))!.avatar;

  /** Puts a player somewhere on the ground, as if they had walked there. */
  async function putAt(page: Page, { x, z }: { x: number; z: number }): Promise<void> {
    Object.assign(await heroOf(page), { x, z, y: ground.height(x, z) });
    await untilPage(page, `Math.hypot(k.me().x - ${x}, k.me().z - ${z}) < 0.5`);
  }

  /** What the database has in the bag of an account's first character, and its coins. */
  async function bagOf(account: string) {
    const [character] = await charactersOf(account);
    const held = await rows<{ template: string; qty: number }>(
      "SELECT template, sum(qty)::int AS qty FROM item WHERE container = $1 GROUP BY template ORDER BY template",
      [`bag:${character?.id}`],
    );
    const [{ coins } = {}] = await rows<{ coins: string }>("SELECT coins FROM character WHERE id = $1", [
      character?.id,
    ]);
    return { ...Object.fromEntries(held.map(({ template, qty }) => [template, qty])), coins: Number(coins) };
  }
  const cell = (page: Page, label: string) =>
    page.getByTestId("bag").getByRole("button", { name: new RegExp(`: ${label}$`, "u") });

  /** Drags as a hand does: onto the stack once it is at rest, down, to the target, up. */
  async function drag(page: Page, from: Locator, to: { x: number; y: number } | Locator): Promise<void> {
    await from.hover();
    await page.mouse.down();
    if ("x" in to) await page.mouse.move(to.x, to.y, { steps: 3 });
    else await to.hover();
    await page.mouse.up();
  }

  it("pick herbs, and find them in the bag", async () => {
    const herbs = [...(await roomOf(bob)).state.actors.values()].filter(({ kind }) => kind === "herb");
    for (const [i, herb] of herbs.slice(0, 2).entries()) {
      await putAt(bob, herb);
      await bob.getByRole("button", { name: /^Pick herb/u }).click();
      if (i === 0) await bob.keyboard.press("b");
      await cell(bob, i === 0 ? "Herb" : "Herb, 2").waitFor();
    }
    await cell(bob, "Arrow, 12").waitFor();
    expect(await bagOf("Bob B")).toEqual({ arrow: 12, herb: 2, coins: 0 });
  });

  it("sort the bag by drag and by tap, and split a stack", async () => {
    await drag(bob, cell(bob, "Herb, 2"), bob.getByRole("button", { name: "Slot 28: empty" }));
    await bob.getByRole("button", { name: "Slot 28: Herb, 2" }).waitFor();
    await cell(bob, "Arrow, 12").click();
    await bob.getByRole("slider", { name: "How many" }).fill("5");
    await shoot(bob, "bag-split");
    await press(bob, "Split off 5");
    await cell(bob, "Arrow, 7").waitFor();
    await cell(bob, "Arrow, 5").click();
    await cell(bob, "Arrow, 7").click();
    await cell(bob, "Arrow, 12").waitFor();
    await expect
      .poll(() => rows("SELECT slot FROM item WHERE template = 'herb' AND container LIKE 'bag:%'"))
      .toEqual([{ slot: 27 }]);
  });

  it("trade: offers by drag and by tap, a change takes back consent, both bags are right", async () => {
    await putAt(ann, { x: 6, z: -9 });
    await putAt(bob, { x: 7, z: -9 });
    await press(bob, "People here");
    await press(bob, "Trade with Ann");
    await ann.getByTestId("trade-asked").getByRole("button", { name: "Trade" }).tap();
    const [hers, his] = [ann.getByTestId("trade"), bob.getByTestId("trade")];
    await drag(bob, cell(bob, "Herb, 2"), his.getByRole("group", { name: "What you give" }));
    await hers.getByRole("list", { name: "What you get" }).getByText("Herb ×2").waitFor();
    await cell(ann, "Arrow, 12").tap();
    await ann.getByRole("slider", { name: "How many" }).fill("4");
    await ann.getByRole("button", { name: "Offer 4" }).tap();
    await his.getByText("Arrow ×4").waitFor();
    await shoot(ann, "trade-phone");
    await his.getByRole("button", { name: "Agree", exact: true }).click();
    await hers.getByText("Bob has agreed").waitFor();
    // Ann gives less after all: Bob's consent is gone, and he has to look again.
    await cell(ann, "Arrow, 12").tap();
    await ann.getByRole("slider", { name: "How many" }).fill("3");
    await ann.getByRole("button", { name: "Offer 3" }).tap();
    await his.getByText("Arrow ×3").waitFor();
    expect(await his.getByText("agreed", { exact: false }).filter({ hasText: "✓" }).count()).toBe(0);
    await shoot(bob, "trade-changed");
    await his.getByRole("button", { name: "Agree", exact: true }).click();
    await hers.getByRole("button", { name: "Agree and trade" }).tap();
    await his.waitFor({ state: "detached" });
    await cell(bob, "Arrow, 15").waitFor();
    await ann.getByRole("button", { name: "Bag", exact: true }).tap();
    await cell(ann, "Herb, 2").waitFor();
    await cell(ann, "Arrow, 9").waitFor();
    expect(await bagOf("ann example")).toEqual({ arrow: 9, herb: 2, coins: 0 });
    expect(await bagOf("Bob B")).toEqual({ arrow: 15, coins: 0 });
    await shoot(ann, "bag-after-trade-phone");
  });

  it("drop by drag on the world, and take what the other dropped", async () => {
    await drag(bob, cell(bob, "Arrow, 15"), { x: 300, y: 400 });
    await bob.getByTestId("bag").getByText("Drag items").waitFor();
    await cell(bob, "Arrow, 15").waitFor({ state: "detached" });
    await ann.getByTestId("near").tap();
    await cell(ann, "Arrow, 24").waitFor();
    expect([await bagOf("ann example"), await bagOf("Bob B")]).toEqual([
      { arrow: 24, herb: 2, coins: 0 },
      { coins: 0 },
    ]);
  });

  it("sell and buy at the trader's", async () => {
    const [x, , z] = TRADER;
    await putAt(ann, { x: x + 0.8, z: z + 0.8 });
    await ann.getByTestId("near").tap();
    const shop = ann.getByTestId("shop");
    await shop.getByRole("button", { name: "×5" }).tap();
    await shop.getByRole("button", { name: /Sell Herb/u }).tap();
    await ann.getByTestId("coins").getByText("2").waitFor();
    await shop.getByRole("button", { name: "×1" }).tap();
    await shoot(ann, "shop-phone");
    await shop.getByRole("button", { name: "Buy 1 Arrow for 2 coins" }).tap();
    await cell(ann, "Arrow, 25").waitFor();
    expect(await bagOf("ann example")).toEqual({ arrow: 25, coins: 0 });
    await ann.getByRole("button", { name: "Close bag" }).tap();
  });

  it("die, follow the arrow, and fetch the pile", async () => {
    (await heroOf(ann)).health = 0;
    await ann.getByTestId("death").waitFor();
    expect(await bagOf("ann example")).toEqual({ coins: 0 });
    await shoot(ann, "death-phone");
    await ann.getByRole("button", { name: "Get up" }).tap();
    await ann.getByTestId("grave").waitFor();
    await shoot(ann, "grave-phone");
    const pile = [...(await roomOf(ann)).state.actors.values()].find(({ kind }) => kind === "pile")!;
    await putAt(ann, pile);
    await ann.getByRole("button", { name: /Take what Ann lost/u }).tap();
    await ann.getByRole("button", { name: "Bag", exact: true }).tap();
    await cell(ann, "Arrow, 25").waitFor();
    expect(await bagOf("ann example")).toEqual({ arrow: 25, coins: 0 });
  });
});
