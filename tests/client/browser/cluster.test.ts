import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPremises, type Premises } from "../../../drills/premises.ts";
import { scriptArguments } from "../../../drills/script-arguments.ts";
import { plazaLevel } from "../../../games/plaza/level.ts";
import { type LocalCluster, startLocalCluster } from "../../../server/dev/local-cluster.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { missingPostgres } from "../../helpers/databases.ts";

const SCRIPT = fileURLToPath(new URL("../../helpers/servers/page-server.ts", import.meta.url));

const describeHere = missingPostgres === null || process.env.CI === "true" ? describeWithBrowser : () => {};
if (missingPostgres !== null) console.error(`\n!!! a party on two processes: not run: ${missingPostgres}\n`);

describeHere("a party on two processes", (open) => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-browser-cluster-"));
  let premises: Premises;
  let cluster: LocalCluster;
  let browser: Browser;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    [premises, browser] = await Promise.all([openPremises(), open()]);
    cluster = await startLocalCluster({
      processes: 2,
      host: "127.0.0.1",
      port: 0,
      args: scriptArguments(SCRIPT),
      // A busy machine may take long: pages are not to read that nobody answers.
      answerMs: 120_000,
      env: (name) => ({
        DATABASE_URL: premises.databaseUrl,
        REDIS_URL: premises.redisUrl,
        ROOMKEEP_DATA_DIR: join(folder, name),
        LOG_LEVEL: "silent",
      }),
    });
    [ann, bob] = await Promise.all([visit({ width: 800, height: 520 }), visit({ width: 390, height: 720 })]);
    await enter(ann, "Ann");
    await enter(bob, "Bob");
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.close();
    await premises?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function visit(viewport: { width: number; height: number }): Promise<Page> {
    const context = await openProfile(browser, { viewport });
    const page = await context.newPage();
    page.on("websocket", (socket) => sockets.set(page, socket.url()));
    await page.goto(`${cluster.front.url}/?game=plaza`);
    return page;
  }

  async function enter(page: Page, name: string): Promise<void> {
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
    await page.evaluate("window.neverReloaded = true");
  }
  const sockets = new Map<Page, string>();
  const hostOf = (page: Page) => new URL(sockets.get(page) ?? "").pathname.split("/")[1];

  async function write(page: Page, line: string): Promise<void> {
    await page.getByLabel("Say something").fill(line);
    await page.getByLabel("Say something").press("Enter");
  }

  async function together(): Promise<void> {
    const [annId, bobId] = [await ask(ann, "k.sessionId"), await ask(bob, "k.sessionId")];
    await untilPage(ann, `k.actor("${bobId}")`);
    await untilPage(bob, `k.actor("${annId}")`);
    expect(await ask(ann, "k.roomId")).toBe(await ask(bob, "k.roomId"));
    for (const page of [ann, bob]) expect(await page.evaluate("window.neverReloaded")).toBe(true);
  }

  it("walks through the portal and stands together in a meadow on another process", async () => {
    await ann.getByRole("button", { name: "People here" }).click();
    await ann.getByRole("button", { name: "Invite to party" }).click();
    await bob.getByTestId("invitation").getByRole("button", { name: "Join" }).click();
    await ann.getByTestId("party").getByRole("button", { name: /Bob/u }).waitFor();
    // A line to the party and a whisper to its sender: each is shown with sender and recipient.
    await write(bob, "/p shall we go?");
    await ann
      .getByRole("listitem")
      .filter({ hasText: /^Bob · party\s*shall we go\?$/u })
      .waitFor();
    await write(ann, "/w bob follow me");
    await bob
      .getByRole("listitem")
      .filter({ hasText: /^Ann → you\s*follow me$/u })
      .waitFor();
    await ann
      .getByRole("listitem")
      .filter({ hasText: /^you → Bob\s*follow me\s*delivered$/u })
      .waitFor();
    const [plaza, home] = [await ask<string>(ann, "k.roomId"), hostOf(ann)];
    const [x = 0, , z = 0] = plazaLevel.portals[0]?.at ?? [];
    const sessionId = await ask<string>(ann, "k.sessionId");
    for (const { child } of cluster.running()) child.send({ put: { roomId: plaza, sessionId, x, z } });
    for (const page of [ann, bob]) await untilPage(page, `k.roomId !== "${plaza}" && k.connected && k.me()`);
    await together();
    expect(hostOf(ann)).not.toBe(home);
    await shoot(ann, "cluster-meadow");
  });

  it("both are playing again, in one room, after that process was killed", async () => {
    const [meadow, host] = [await ask<string>(ann, "k.roomId"), hostOf(ann)];
    const seats = await Promise.all([ann, bob].map((page) => ask<string>(page, "k.sessionId")));
    cluster
      .running()
      .find(({ processId }) => processId === host)
      ?.child.kill("SIGKILL");
    const playing = (seat: string | undefined) => `k.sessionId !== "${seat}" && k.connected && k.me()`;
    await Promise.all([ann, bob].map((page, n) => untilPage(page, playing(seats[n]))));
    await together();
    // Under the code that their friends know.
    expect(await ask<string>(ann, "k.roomId")).toBe(meadow);
    await shoot(ann, "cluster-meadow-again");
    await shoot(bob, "cluster-meadow-again-phone");
    // What the old rooms still try must not bring back the banner of a lost connection.
    await new Promise((done) => setTimeout(done, 2_000));
    for (const page of [ann, bob]) expect(await page.locator(".banner[role=status]").count()).toBe(0);
  });
});
