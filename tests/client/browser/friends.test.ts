import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPremises, type Premises } from "../../../drills/premises.ts";
import { scriptArguments } from "../../../drills/script-arguments.ts";
import {
  type LocalCluster,
  type LocalProcess,
  startLocalCluster,
} from "../../../server/dev/local-cluster.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { missingPostgres } from "../../helpers/databases.ts";
import { levelOf, MEASURE, measure, toneFile } from "../../plugins/voice/hearing.ts";

const SCRIPT = fileURLToPath(new URL("../../helpers/servers/page-server.ts", import.meta.url));
const describeHere = missingPostgres === null || process.env.CI === "true" ? describeWithBrowser : () => {};
if (missingPostgres !== null) console.error(`\n!!! friends on two processes: not run: ${missingPostgres}\n`);

/** A level of samples that is a voice, and one that is none. */
const [LOUD, SILENT] = [0.02, 0.001];

describeHere("friends on two processes", (open) => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-browser-friends-"));
  let premises: Premises;
  let cluster: LocalCluster;
  let browser: Browser;
  let ann: Page;
  let bob: Page;
  let cid: Page;
  const hosts = new Map<Page, string>();

  beforeAll(async () => {
    const tone = join(folder, "tone.wav");
    writeFileSync(tone, toneFile());
    [premises, browser] = await Promise.all([
      openPremises(),
      open([
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        `--use-file-for-fake-audio-capture=${tone}`,
      ]),
    ]);
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
    [ann, bob, cid] = await Promise.all([
      visit({ width: 800, height: 620 }),
      visit({ width: 390, height: 720 }),
      visit({ width: 400, height: 400 }),
    ]);
    await play(ann, "Ann", "plaza");
    await play(bob, "Bob", "plaza");
  });
  afterAll(async () => {
    await browser?.close();
    await cluster?.close();
    await premises?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function visit(viewport: { width: number; height: number }): Promise<Page> {
    const profile = await openProfile(browser, { viewport });
    await profile.addInitScript(MEASURE);
    const page = await profile.newPage();
    page.on("websocket", (socket) => hosts.set(page, new URL(socket.url()).pathname.split("/")[1] ?? ""));
    return page;
  }

  async function play(page: Page, name: string, game: string): Promise<void> {
    await page.goto(`${cluster.front.url}/?game=${game}`);
    await page.getByLabel("Your name").fill(name);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
  }

  const limitRooms = (roomsMax: number) => cluster.running()[0]?.child.send({ roomsMax });
  /** The processes that take no rooms, as one of them knows. */
  async function fullBy({ child }: LocalProcess): Promise<readonly string[]> {
    const answer = once(child, "message") as Promise<[{ full: readonly string[] }]>;
    child.send({ ask: "full" });
    return (await answer)[0].full;
  }

  const people = (page: Page) => page.getByRole("button", { name: "People here" });
  const tab = (page: Page, name: string) => page.getByRole("tab", { name: new RegExp(`^${name}`) });
  const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
  const close = (page: Page) => button(page, "Close").click();
  const friendsOf = (page: Page) => page.getByRole("list", { name: "Friends", exact: true });
  async function write(page: Page, line: string): Promise<void> {
    await page.getByLabel("Say something").fill(line);
    await page.getByLabel("Say something").press("Enter");
  }

  /** Places a player, in whichever process the room is. */
  async function stand(page: Page, x: number, z: number): Promise<void> {
    const [roomId, sessionId] = [await ask<string>(page, "k.roomId"), await ask<string>(page, "k.sessionId")];
    for (const { child } of cluster.running()) child.send({ put: { roomId, sessionId, x, z } });
  }

  /** What is drawn above Ann's avatar. */
  const signs = `k.actors().find(({ name }) => name === "Ann")?.signs`;
  const signsOfAnn = (page: Page) => ask<{ isNamed: boolean; emote: number }>(page, signs);

  it("asks a stranger of the room, who sees that somebody waits and accepts in two taps", async () => {
    await people(ann).click();
    await shoot(ann, "people-here");
    await button(ann, "Add friend: Bob").click();
    await close(ann);
    await people(bob)
      .getByLabel(/^\d+ waiting$/u)
      .waitFor();
    await people(bob).click();
    await shoot(bob, "people-here-phone");
    await tab(bob, "Friends").getByLabel("1 waiting").waitFor();
    await tab(bob, "Friends").click();
    await shoot(bob, "friends-request-phone");
    await button(bob, "Accept: Ann").click();
    await friendsOf(bob)
      .getByText(/^plays .* as Ann$/u)
      .waitFor();
    await expect.poll(() => tab(bob, "Friends").getByLabel("1 waiting").count()).toBe(0);
    await close(bob);
    await people(ann).click();
    await tab(ann, "Friends").click();
    await friendsOf(ann)
      .getByText(/^plays .* as Bob$/u)
      .waitFor();
    await shoot(ann, "friends");
    await close(ann);
  });

  it("comes into a private room by the invitation of a friend, by one tap", async () => {
    await play(bob, "Bob", "tag");
    await people(bob).click();
    await tab(bob, "Friends").click();
    await button(bob, "Invite: Ann").click();
    await close(bob);
    const invitation = ann.getByRole("alertdialog", { name: "Invitation of a friend" });
    await invitation.waitFor();
    await shoot(ann, "friends-invitation");
    await invitation.getByRole("button", { name: "Join" }).click();
    const roomId = await ask<string>(bob, "k.roomId");
    await untilPage(ann, `k.roomId === "${roomId}" && k.connected && k.me()`);
  });

  it("joins a friend who plays in another process by one tap", async () => {
    // The process that has their room is full, as every process knows: the next one opens in the other.
    limitRooms(1);
    const isFull = async (asked: LocalProcess) => isDeepStrictEqual(await fullBy(asked), [hosts.get(ann)]);
    await expect.poll(() => Promise.all(cluster.running().map(isFull))).toEqual([true, true]);
    await play(bob, "Bob", "meadow");
    expect(hosts.get(bob)).not.toBe(hosts.get(ann));
    limitRooms(500);
    await expect.poll(() => Promise.all(cluster.running().map(fullBy))).toEqual([[], []]);
    await people(ann).click();
    await tab(ann, "Friends").click();
    await button(ann, "Join: Bob").click();
    const roomId = await ask<string>(bob, "k.roomId");
    await untilPage(ann, `k.roomId === "${roomId}" && k.connected && k.me()`);
    expect(hosts.get(ann)).toBe(hosts.get(bob));
  });

  it("talks with the friend there: both hear each other in the samples", async () => {
    await stand(ann, 2, 8);
    await stand(bob, 2, 10);
    for (const page of [ann, bob]) {
      await button(page, "Voice").click();
      await button(page, "Voice settings").click();
      // A tone without end is noise, and both microphones hear the same.
      await page.getByLabel("Suppress noise").uncheck();
      await page.getByLabel("Cancel echo").uncheck();
      await page.getByLabel("while you speak").check();
      await button(page, "Voice settings").click();
    }
    for (const page of [ann, bob]) {
      await expect.poll(() => measure(page, "open()")).toBe(1);
      await expect.poll(() => levelOf(page, "received")).toBeGreaterThan(LOUD);
      await expect.poll(() => levelOf(page, "played")).toBeGreaterThan(LOUD);
    }
    await ann.getByRole("list", { name: "Who speaks" }).getByText("Bob").waitFor();
    await shoot(ann, "friends-talk");
    await shoot(bob, "friends-talk-phone");
  });

  it("blocks one who was a friend: both hear nothing more, and it reads nothing more of theirs", async () => {
    await cid.goto(`${cluster.front.url}/?room=${await ask<string>(bob, "k.roomId")}`);
    await cid.getByLabel("Your name").fill("Cid");
    await button(cid, "Join your friends").click();
    await untilPage(cid, "k.connected && k.me()");
    const line = (page: Page, text: string) => page.getByRole("listitem").filter({ hasText: text });
    await write(ann, "good evening");
    await line(bob, "good evening").waitFor();
    expect(await signsOfAnn(bob)).toEqual({ isNamed: true, emote: 0 });
    await people(bob).click();
    await button(bob, "Block: Ann").click();
    await close(bob);
    // They stand where they stood, and go on to speak.
    for (const page of [ann, bob]) {
      await expect.poll(() => measure(page, "open()")).toBe(0);
      await expect.poll(() => levelOf(page, "received")).toBeLessThan(SILENT);
      await expect.poll(() => levelOf(page, "played")).toBeLessThan(SILENT);
    }
    await people(ann).click();
    await tab(ann, "Friends").click();
    await expect.poll(() => friendsOf(ann).count()).toBe(0);
    await close(ann);
    await write(ann, "are you there?");
    await line(cid, "are you there?").waitFor();
    await write(cid, "I am");
    // Lines of a room come in one order: who reads this one would have read the other.
    await line(bob, "I am").waitFor();
    expect(await line(bob, "are you there?").count()).toBe(0);
    await shoot(ann, "friends-blocked-silence");
    await ann.getByRole("toolbar", { name: "Emotes" }).getByRole("button").first().click();
    await untilPage(cid, `${signs}?.emote === 1`);
    await untilPage(bob, `k.state.actors.get("${await ask<string>(ann, "k.sessionId")}").emote === 1`);
    await shoot(bob, "friends-blocked-emote-phone");
    expect(await signsOfAnn(bob)).toEqual({ isNamed: true, emote: 0 });
    await button(bob, "Settings").click();
    await bob.getByLabel("Hide the names of people you have blocked").check();
    await close(bob);
    await untilPage(bob, `${signs}?.isNamed === false`);
    expect(await signsOfAnn(cid)).toMatchObject({ isNamed: true });
    await shoot(bob, "friends-blocked-nameless-phone");
    await people(bob).click();
    await tab(bob, "Friends").click();
    await button(bob, "Unblock: Ann").waitFor();
    await shoot(bob, "friends-blocked-phone");
    await close(bob);
  });

  it("reaches friends without a room as well, from the first screen", async () => {
    await button(bob, "Leave the room").click();
    await bob.getByRole("navigation", { name: "People and contests" }).waitFor();
    await shoot(bob, "join-form-friends-phone");
    await button(bob, "Friends").click();
    await button(bob, "Unblock: Ann").click();
    await expect.poll(() => button(bob, "Unblock: Ann").count()).toBe(0);
  });
});
