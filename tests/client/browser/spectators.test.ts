import type { Browser, Page } from "playwright-core";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { openPhone } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

interface Spot {
  x: number;
  z: number;
}
const apart = (a: Spot, b: Spot) => Math.hypot(a.x - b.x, a.z - b.z);

describeWithBrowser("a world that is watched in the page", (open) => {
  let browser: Browser;
  let server: ServerProcess;
  let ann: TestPlayer;
  let bob: TestPlayer;
  let desk: Page;
  let phone: Page;
  /** What the pages said on their consoles. */
  const said: string[] = [];

  beforeAll(async () => {
    server = await startProcess({}, ["tests/helpers/servers/spectated-server.ts"]);
    browser = await open();
    ann = await joinAs(server.url, "tag", { name: "Ann", create: true });
    bob = await joinAs(server.url, "tag", { name: "Bob", code: ann.room.roomId });
  });
  afterAll(async () => {
    ann?.stop();
    bob?.stop();
    await browser?.close();
    await server?.end();
  });

  const code = () => ann.room.roomId;
  const spot = (page: Page) => ask<Spot>(page, "k.spot()");
  const followed = (page: Page) => page.locator(".watch .followed");
  const untilAt = (page: Page, where: (spot: Spot) => boolean) =>
    expect.poll(async () => where(await spot(page))).toBe(true);
  const placeOf = (page: Page, player: TestPlayer) =>
    ask<Spot>(page, `k.actor(${JSON.stringify(player.room.sessionId)})`);
  /** The camera looks at a person, wherever the page draws them. */
  const untilOn = async (page: Page, player: TestPlayer) =>
    expect.poll(async () => apart(await spot(page), await placeOf(page, player))).toBeLessThan(0.3);

  it("from the list of rooms, whose seats are taken: the camera follows the first", async () => {
    const context = await openProfile(browser, { viewport: { width: 1100, height: 680 } });
    desk = await context.newPage();
    desk.on("console", (line) => said.push(line.text()));
    await desk.goto(`${server.url}/?game=tag`);
    await desk.getByLabel("Your name").fill("Wanda");
    const watch = desk.getByRole("button", { name: `Watch ${code()}` });
    await watch.waitFor();
    await shoot(desk, "spectator-door");
    await watch.click();
    await followed(desk).getByText("Ann").waitFor();
    await desk.getByText("You watch · 1 s behind").waitFor();
    await untilOn(desk, ann);
    await expect.poll(() => desk.getByRole("button", { name: "No seat" }).isDisabled()).toBe(true);
    expect(new URL(desk.url()).search).toBe(`?room=${code()}&as=spectator`);
    await shoot(desk, "spectator-follows");
    // Nobody of the room sees who watches.
    expect([...ann.room.state.actors.keys()].filter((id) => !id.startsWith("loose"))).toHaveLength(2);
  });

  it("whom it follows is chosen from the list of people, by a click, or in turn", async () => {
    await desk.getByRole("button", { name: "People here" }).click();
    await shoot(desk, "spectator-people");
    await desk.getByRole("button", { name: "Follow Bob" }).click();
    await followed(desk).getByText("Bob").waitFor();
    await untilOn(desk, bob);
    await desk.keyboard.press("n");
    await followed(desk).getByText("Ann").waitFor();
    await desk.getByRole("button", { name: "The person before" }).click();
    await followed(desk).getByText("Bob").waitFor();
    await untilOn(desk, bob);
  });

  it("flies freely by the keys, within the level, and the room shows what is there", async () => {
    const from = await spot(desk);
    await desk.keyboard.down("w");
    await untilAt(desk, (now) => apart(now, from) > 6);
    await followed(desk).getByText("Flying").waitFor();
    await desk.keyboard.down("Shift");
    await untilAt(desk, ({ x, z }) => Math.max(Math.abs(x), Math.abs(z)) >= 19.9);
    await desk.keyboard.up("w");
    await desk.keyboard.up("Shift");
    const { x, z } = await spot(desk);
    expect(Math.max(Math.abs(x), Math.abs(z))).toBeLessThanOrEqual(20);
    await shoot(desk, "spectator-flies");
    await desk.getByRole("button", { name: "Follow", exact: true }).click();
    await followed(desk)
      .getByText(/Ann|Bob/u)
      .waitFor();
    expect(await desk.getByRole("alert").count()).toBe(0);
  });

  it("on a phone by a link: stick, a tap on a person, chat among those who watch", async () => {
    phone = await openPhone(browser, `${server.url}/?room=${code()}&as=spectator`);
    phone.on("console", (line) => said.push(line.text()));
    await phone.getByLabel("Your name").fill("Willi");
    await shoot(phone, "spectator-phone-door");
    await phone.getByRole("button", { name: "Watch", exact: true }).click();
    await followed(phone).getByText("Ann").waitFor();
    await untilOn(phone, ann);
    await shoot(phone, "spectator-phone-follows");
    const from = await spot(phone);
    const stick = await phone.getByTestId("stick").boundingBox();
    await phone.mouse.move((stick?.x ?? 0) + 90, (stick?.y ?? 0) + 160);
    await phone.mouse.down();
    await phone.mouse.move((stick?.x ?? 0) + 90, (stick?.y ?? 0) + 90, { steps: 4 });
    await untilAt(phone, (now) => apart(now, from) > 3);
    await phone.mouse.up();
    await followed(phone).getByText("Flying").waitFor();
    await shoot(phone, "spectator-phone-flies");
    await phone.getByLabel("Say something").fill("What a chase!");
    await phone.getByLabel("Say something").press("Enter");
    await desk.getByText("What a chase!").waitFor();
    expect(ann.received.get("chat") ?? []).toEqual([]);
  });

  it("takes the seat that becomes free, and plays; a reload plays on", async () => {
    await bob.leave();
    const seat = desk.getByRole("button", { name: "Take a seat" });
    await seat.waitFor();
    await shoot(desk, "spectator-seat");
    await seat.click();
    await untilPage(desk, "k.connected && k.me()");
    const id = await ask<string>(desk, "k.sessionId");
    await ann.until("Wanda to play", () => ann.room.state.actors.has(id));
    expect(new URL(desk.url()).search).toBe(`?room=${code()}`);
    await phone.getByRole("button", { name: "No seat" }).waitFor();
    await shoot(desk, "spectator-plays");
    await desk.reload();
    await untilPage(desk, "k.connected && k.me()");
    expect(await ask<string>(desk, "k.sessionId")).toBe(id);
  });

  it("a reloaded spectator watches on; who stays when all have left is told", async () => {
    await phone.reload();
    await followed(phone).waitFor();
    await desk.getByRole("button", { name: "Leave the room" }).click();
    await ann.leave();
    await phone.getByText("There is nothing more to watch").waitFor();
    await shoot(phone, "spectator-phone-over");
    expect(said.filter((line) => line.includes("not registered"))).toEqual([]);
  });
});
