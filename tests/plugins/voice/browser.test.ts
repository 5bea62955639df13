import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { matchMaker } from "@colyseus/core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { WorldRoom } from "roomkeep/rooms";
import { IN_MEMORY, type RunningServer, readConfig, startServer } from "roomkeep/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { friends } from "../../../plugins/friends/index.ts";
import { voice } from "../../../plugins/voice/index.ts";
import { games } from "../../../server/main.ts";
import { giveSanction, liftSanction } from "../../../server/moderation/sanctions.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { PHONE } from "../../helpers/phone.ts";
import { levelOf, MEASURE, measure, toneFile } from "./hearing.ts";

const page = fileURLToPath(new URL("../../../dist/page", import.meta.url));
const config = () => readConfig({ PORT: "0", LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY });
/** A level that is a voice, and one that is none. */
const [LOUD, SILENT] = [0.02, 0.001];

describeWithBrowser("two pages with a microphone", (open) => {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-voice-"));
  let browser: Browser;
  let server: RunningServer;
  let ann: Page;
  let bob: Page;

  beforeAll(async () => {
    const tone = join(folder, "tone.wav");
    writeFileSync(tone, toneFile());
    browser = await open([
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-audio-capture=${tone}`,
    ]);
    server = await startServer(games, config(), page, [friends, voice]);
    ann = await enter("Ann", { viewport: { width: 900, height: 560 } });
    bob = await enter("Bob", PHONE);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function enter(name: string, options: BrowserContextOptions): Promise<Page> {
    const context = await openProfile(browser, options);
    await context.addInitScript(MEASURE);
    const one = await context.newPage();
    await one.goto(`${server.url}/?game=plaza`);
    await one.getByLabel("Your name").fill(name);
    await one.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(one, "k.connected && k.me()");
    return one;
  }
  async function playerOf(one: Page) {
    const [roomId, sessionId] = [await ask<string>(one, "k.roomId"), await ask<string>(one, "k.sessionId")];
    const player = (matchMaker.getLocalRoomById(roomId) as unknown as WorldRoom).players.get(sessionId);
    if (!player) throw new Error("no such player");
    return player;
  }
  const put = async (one: Page, x: number, z: number) => {
    Object.assign((await playerOf(one)).avatar, { x, z });
  };
  const accountOf = async (one: Page) => (await playerOf(one)).claim.sheet.accountId;
  const connected = (one: Page, count: number) => expect.poll(() => measure(one, "open()")).toBe(count);
  const level = (one: Page, what: "received" | "played") => expect.poll(() => levelOf(one, what));

  it("ask for the microphone after a tap alone, and connect when they stand near each other", async () => {
    await put(ann, 2, 22);
    await put(bob, 2, 19);
    for (const one of [ann, bob]) {
      await one.getByRole("button", { name: "Voice", exact: true }).waitFor();
      expect(await measure(one, "asked")).toBe(0);
      await one.getByRole("button", { name: "Voice", exact: true }).click();
      await one.getByRole("button", { name: "Hold to talk" }).waitFor();
      expect(await measure(one, "asked")).toBe(1);
      expect(await measure(one, "how")).toMatchObject({ noiseSuppression: true, echoCancellation: true });
      await one.getByRole("button", { name: "Voice settings" }).click();
      // A tone without end is noise, and both microphones hear the same.
      await one.getByLabel("Suppress noise").uncheck();
      await one.getByLabel("Cancel echo").uncheck();
      await expect
        .poll(() => measure(one, "how"))
        .toMatchObject({ noiseSuppression: false, echoCancellation: false });
    }
    await connected(ann, 1);
    await connected(bob, 1);
    await ann.getByRole("list", { name: "People you hear" }).getByText("Bob").waitFor();
    expect(await measure(ann, "connections.map((one) => one.localDescription.sdp.length)")).toEqual([
      expect.toSatisfy((length: number) => length > 200 && length < 4_000),
    ]);
  });

  it("are silent in the samples until somebody holds the key or the button", async () => {
    await level(ann, "received").toBeLessThan(SILENT);
    await bob.keyboard.down("v");
    await level(ann, "received").toBeGreaterThan(LOUD);
    await level(ann, "played").toBeGreaterThan(LOUD);
    await shoot(ann, "voice-settings");
    await shoot(bob, "voice-settings-phone");
    for (const one of [ann, bob]) await one.getByRole("button", { name: "Voice settings" }).click();
    await ann.getByRole("list", { name: "Who speaks" }).getByText("Bob").waitFor();
    await shoot(ann, "voice-speaking");
    await shoot(bob, "voice-sending-phone");
    await bob.keyboard.up("v");
    await level(ann, "received").toBeLessThan(SILENT);
    const button = bob.getByRole("button", { name: "Hold to talk" });
    await button.dispatchEvent("pointerdown");
    await level(ann, "received").toBeGreaterThan(LOUD);
    await button.dispatchEvent("pointerup");
    await level(ann, "received").toBeLessThan(SILENT);
    // Who writes a V does not talk.
    const chat = bob.getByLabel("Say something");
    await chat.focus();
    await bob.keyboard.down("v");
    await bob.keyboard.up("v");
    expect(await chat.inputValue()).toBe("v");
    await chat.fill("");
    await chat.blur();
  });

  it("hear each other less with the distance, though as much arrives", async () => {
    await bob.keyboard.down("v");
    const loudness = async (z: number) => {
      await put(bob, 2, z);
      await untilPage(ann, `Math.abs(k.actors().find(({ name }) => name === "Bob").z - ${z}) < 0.2`);
      await ann.waitForTimeout(600);
      return { received: await levelOf(ann, "received"), played: await levelOf(ann, "played") };
    };
    const [near, middle, far] = [await loudness(20.5), await loudness(12), await loudness(6.5)];
    expect(middle.played).toBeLessThan(near.played * 0.75);
    expect(far.played).toBeLessThan(middle.played * 0.75);
    expect(far.received).toBeGreaterThan(near.received * 0.7);
    await put(bob, 2, 19);
  });

  it("mute a person and deafen: silence in the samples that are played", async () => {
    await level(ann, "played").toBeGreaterThan(LOUD);
    await ann.getByRole("button", { name: "Voice settings" }).click();
    await ann.getByRole("button", { name: "Mute Bob" }).click();
    await level(ann, "played").toBeLessThan(SILENT);
    expect(await levelOf(ann, "received")).toBeGreaterThan(LOUD);
    await ann.getByRole("button", { name: "Mute Bob" }).click();
    await level(ann, "played").toBeGreaterThan(LOUD);
    await ann.getByLabel("Volume of Bob").fill("0.1");
    await level(ann, "played").toBeLessThan((await levelOf(ann, "received")) * 0.3);
    await ann.getByLabel("Volume of Bob").fill("1");
    await ann.getByRole("button", { name: "Deafen" }).click();
    await level(ann, "played").toBeLessThan(SILENT);
    await ann.getByRole("button", { name: "Deafen" }).click();
    await level(ann, "played").toBeGreaterThan(LOUD);
    await bob.keyboard.up("v");
  });

  it("send by themselves what is louder than the threshold", async () => {
    await bob.getByRole("button", { name: "Voice settings" }).click();
    await bob.getByLabel("while you speak").check();
    await level(ann, "received").toBeGreaterThan(LOUD);
    await bob.getByLabel("Threshold").fill("1");
    await level(ann, "received").toBeLessThan(SILENT);
    await bob.getByLabel("Threshold").fill("0.3");
    await level(ann, "received").toBeGreaterThan(LOUD);
    await shoot(bob, "voice-activity-phone");
    await bob.getByLabel("while you hold V").check();
    await level(ann, "received").toBeLessThan(SILENT);
    await bob.getByLabel("while you speak").check();
    await level(ann, "received").toBeGreaterThan(LOUD);
  });

  it("end when a moderator mutes, or one blocks the other, and begin again after it", async () => {
    const { ds } = server.foundation.database;
    const [a, b] = [await accountOf(ann), await accountOf(bob)];
    const by = { name: "operator" };
    const target = { accountId: b };
    const { id } = await giveSanction(ds, {
      kind: "mute",
      channels: "voice",
      target,
      minutes: 5,
      reason: "noise",
      by,
    });
    await server.foundation.sanctions.look();
    await connected(ann, 0);
    await level(ann, "played").toBeLessThan(SILENT);
    await liftSanction(ds, id, { reason: "", by });
    await server.foundation.sanctions.look();
    await connected(ann, 1);
    await level(ann, "played").toBeGreaterThan(LOUD);

    const { block, unblock } = server.foundation.plugins.api(friends);
    await block(a, b);
    await connected(bob, 0);
    await level(ann, "received").toBeLessThan(SILENT);
    await unblock(a, b);
    await connected(ann, 1);
    await level(ann, "played").toBeGreaterThan(LOUD);
  });

  it("part when one walks away, and meet again", async () => {
    await put(bob, 2, -14);
    await connected(ann, 0);
    await level(ann, "played").toBeLessThan(SILENT);
    await put(bob, 2, 19);
    await connected(ann, 1);
    await level(ann, "played").toBeGreaterThan(LOUD);
    await bob.getByRole("button", { name: "Turn voice off" }).click();
    await bob.getByRole("button", { name: "Voice", exact: true }).waitFor();
    await connected(ann, 0);
  });

  it("have no button on a server without the plugin", async () => {
    await ann.context().close();
    await bob.context().close();
    await server.close();
    server = await startServer(games, config(), page, [friends]);
    const eve = await enter("Eve", {});
    await expect
      .poll(() => eve.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)"))
      .toEqual(expect.arrayContaining([expect.stringContaining("/v1/voice")]));
    expect(await eve.getByRole("button", { name: "Voice", exact: true }).count()).toBe(0);
  });
});
