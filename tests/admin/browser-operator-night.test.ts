import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../helpers/browser.ts";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { Slow, Slowed } from "../helpers/desk/slow-server.ts";
import { PHONE } from "../helpers/phone.ts";
import { freePort } from "../helpers/postgres.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

const SCRIPT = ["tests/helpers/desk/slow-server.ts"];
const REASON = "Loud words in the plaza";
/** More than a busy machine makes of a tick. */
const ALERTS = JSON.stringify({ "tick-p99": { above: 150, forS: 2 } });
const BACK_S = 30;

/** Makes the room slow in whichever process it is. @returns whether it is in this one */
function slowDown({ child }: ServerProcess, roomId: string, ms: number): Promise<boolean> {
  return new Promise((done) => {
    const take = ({ slowed }: Partial<Slowed>) => {
      if (slowed === undefined) return;
      child.off("message", take);
      done(slowed);
    };
    child.on("message", take);
    child.send({ slow: { roomId, ms } } satisfies Slow);
  });
}

describeWithBrowser("an operator's night", (openBrowser) => {
  describeCluster("on two processes", (open) => {
    let cluster: Cluster;
    let browser: Browser;
    let first: ServerProcess;
    let second: ServerProcess;
    /** The process of the room, and the other one, which has the desk. */
    let far: ServerProcess;
    let near: ServerProcess;
    let desk: Page;
    let ann: Page;
    let roomId: string;

    beforeAll(async () => {
      [cluster, browser] = await Promise.all([open(), openBrowser()]);
      const start = async () =>
        cluster.start({ PORT: String(await freePort()), ROOMKEEP_ALERTS: ALERTS }, SCRIPT);
      first = await start();
      second = await start();
      ann = await (await openProfile(browser, { viewport: { width: 800, height: 520 } })).newPage();
      await ann.goto(`${first.url}/?game=plaza`);
      await ann.getByLabel("Your name").fill("Ann");
      await ann.getByRole("button", { name: "Play", exact: true }).click();
      await untilPage(ann, "k.connected && k.me()");
      roomId = await ask<string>(ann, "k.roomId");
      [far, near] = (await slowDown(first, roomId, 0)) ? [first, second] : [second, first];
      desk = await (await openProfile(browser, { viewport: { width: 1280, height: 800 } })).newPage();
    });
    afterAll(async () => {
      await browser?.close();
      await cluster?.close();
    });

    it("begins by the link of the first start, which is in no address afterwards", async () => {
      const [, code] = /#welcome=([\w-]+)/.exec(first.output()) ?? [];
      await desk.goto(`${near.url}/admin#welcome=${code}`);
      await desk.getByLabel("Name").fill("Night watch");
      await desk.getByLabel("Password").fill("correct horse 7 battery");
      await desk.getByRole("button", { name: "Begin" }).click();
      await desk.getByRole("heading", { name: "Overview" }).waitFor();
      expect(desk.url()).not.toContain("welcome");
      await desk.getByText("answers you").waitFor();
    });

    it("is told that a room of the other process is slow, and says that they have seen it", async () => {
      // The player walks away; where she was is looked up later.
      const { x, z } = await ask<{ x: number; z: number }>(ann, "{ x: k.me().x, z: k.me().z }");
      await ann.locator("canvas").first().click();
      await ann.keyboard.down("KeyW");
      await untilPage(ann, `Math.hypot(k.me().x - ${x}, k.me().z - ${z}) > 4`);
      await ann.keyboard.up("KeyW");
      expect(await slowDown(far, roomId, 200)).toBe(true);
      const row = desk
        .getByRole("table", { name: "Alerts" })
        .getByRole("row")
        .filter({ hasText: "tick-p99" });
      await row.getByText("firing").waitFor();
      await row.getByText(/99 of 100 ticks took up to/).waitFor();
      await shoot(desk, "desk-alert");
      await row.getByRole("button", { name: "Acknowledge" }).click();
      await row.getByText("by Night watch").waitFor();
      await slowDown(far, roomId, 0);
    });

    it("finds the room and scrubs it back 30 s", async () => {
      await desk.getByRole("link", { name: "Rooms", exact: true }).click();
      const rooms = desk.getByRole("table", { name: "Rooms" });
      await rooms.getByRole("link", { name: roomId }).click();
      const time = desk.getByRole("slider", { name: "Time" });
      // The room is as old as that, by its own ticks.
      await expect
        .poll(async () => {
          await desk.getByRole("link", { name: "Picture" }).click();
          await desk.getByRole("link", { name: "Scrub back" }).click();
          await time.waitFor();
          const [from, to] = await Promise.all(["min", "max"].map((name) => time.getAttribute(name)));
          return Number(to) - Number(from);
        })
        .toBeGreaterThan(BACK_S * 20 + 40);
      await desk.getByLabel("Mark").selectOption({ label: "Ann" });
      await desk.getByText("The re-run is exact").waitFor();
      const at = Number(await time.getAttribute("max")) - BACK_S * 20;
      await time.fill(String(at - (at % 2)));
      await desk.getByText(/^−30\.[01] s$/).waitFor();
      await shoot(desk, "desk-scrub");
    });

    it("finds the player and mutes her, from another process: her page says so", async () => {
      await desk.getByRole("link", { name: "Players", exact: true }).last().click();
      await desk.getByRole("link", { name: "Ann" }).click();
      await desk.getByRole("button", { name: "Mute" }).click();
      const form = desk.getByRole("dialog", { name: "Mute Ann" });
      await form.getByLabel("Minutes").fill("5");
      await form.getByLabel("Reason").fill(REASON);
      await form.getByRole("button", { name: "Mute" }).click();
      await ann.getByText(REASON).first().waitFor();
      await desk.getByText(`In force: mute (${REASON})`).waitFor();
      await shoot(desk, "desk-muted");
      await shoot(ann, "desk-muted-player");
    });

    it("is in the audit log by exactly these entries, whose chain is whole", async () => {
      await desk.getByRole("link", { name: "Audit", exact: true }).first().click();
      const rows = desk.getByRole("table", { name: "Audit entries" }).getByRole("row");
      await rows.nth(3).waitFor();
      // The head, and from the newest on: the mute, the acknowledgement and the welcome.
      expect(await rows.count()).toBe(4);
      expect(await rows.nth(1).innerText()).toContain("players");
      expect(await rows.nth(2).innerText()).toContain("alerts");
      await desk.getByRole("button", { name: "Verify the chain" }).click();
      await desk.getByText("The chain is whole").waitFor();
      await shoot(desk, "desk-audit");
    });

    it("is shown the sign-in once signed out, and is where one was after it", async () => {
      await desk.getByRole("button", { name: "Sign out" }).click();
      await desk.getByLabel("Name or e-mail address").fill("Night watch");
      await desk.getByLabel("Password").fill("correct horse 7 battery");
      await desk.getByRole("button", { name: "Sign in" }).click();
      await desk.getByRole("heading", { name: "Audit" }).waitFor();
    });

    it("is the same on a phone: nothing is wider than the screen", async () => {
      const phone = await (await openProfile(browser, PHONE)).newPage();
      await phone.goto(`${near.url}/admin`);
      await phone.getByLabel("Name or e-mail address").fill("Night watch");
      await phone.getByLabel("Password").fill("correct horse 7 battery");
      await phone.getByRole("button", { name: "Sign in" }).click();
      await phone.getByRole("heading", { name: "Overview" }).waitFor();
      for (const name of ["overview", "rooms", "players", "alerts", "audit", "settings"]) {
        await phone.goto(`${near.url}/admin#/${name}`);
        await phone.getByRole("heading", { level: 1 }).waitFor();
        await shoot(phone, `desk-phone-${name}`);
        expect(
          await phone.evaluate("document.documentElement.scrollWidth - innerWidth"),
          name,
        ).toBeLessThanOrEqual(0);
      }
    });
  });
});
