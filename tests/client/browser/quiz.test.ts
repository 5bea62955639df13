import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { openPhone } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("a quiz on a screen, two pads and a plain browser", (open) => {
  let browser: Browser;
  let server: ServerProcess;
  let screen: Page;
  let ann: Page;
  let bob: Page;
  let cleo: Page;

  const untilPhase = (page: Page, name: string) => untilPage(page, `k.state?.phase === "${name}"`);
  const everybody = () => [screen, ann, bob, cleo];

  beforeAll(async () => {
    server = await startProcess({}, ["tests/helpers/servers/quiz-server.ts"]);
    browser = await open();
    const context = await openProfile(browser, { viewport: { width: 1280, height: 720 } });
    screen = await context.newPage();
    await screen.goto(`${server.url}/?game=quiz&as=screen`);
    await screen.getByTestId("code").waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("people come by the code, and the leader sets the quiz on the pad", async () => {
    const code = await screen.getByTestId("code").innerText();
    const address = `${server.url}/?room=${code}`;
    ann = await openPhone(browser, address);
    bob = await openPhone(browser, address);
    const context = await openProfile(browser, { viewport: { width: 1100, height: 800 } });
    cleo = await context.newPage();
    await cleo.goto(address);
    for (const [page, name, join] of [
      [ann, "Ann", "Play"],
      [bob, "Bob", "Play"],
      [cleo, "Cleo", "Join your friends"],
    ] as const) {
      await page.getByLabel("Your name").fill(name);
      await page.getByRole("button", { name: join, exact: true }).click();
      await page.getByRole("button", { name: "I am ready" }).waitFor();
    }
    await ann.getByLabel("Seconds").selectOption("20");
    await untilPage(screen, `JSON.parse(k.state.settings).seconds === 20`);
    await shoot(screen, "quiz-screen-lobby");
    await shoot(ann, "quiz-pad-lobby");
    await shoot(cleo, "quiz-page-lobby");
  });

  it("three questions to the scores; the answer is on no page before the reveal, and late is late", async () => {
    await ann.getByRole("button", { name: "Start" }).click();
    for (let number = 1; number <= 3; number++) {
      for (const page of everybody()) await untilPhase(page, "question");
      expect(await ask(screen, "k.state.right")).toBe(-1);
      if (number === 1) {
        await shoot(screen, "quiz-screen-question");
        await shoot(ann, "quiz-pad-question");
        await shoot(cleo, "quiz-page-question");
      }
      await ann.getByRole("button", { name: "The keeper" }).click();
      await bob.getByRole("button", { name: "The gull" }).click();
      if (number === 1) await shoot(ann, "quiz-pad-answered");
      await cleo.getByRole("button", { name: "The keeper" }).click();
      for (const page of everybody()) await untilPhase(page, "reveal");
      if (number > 1) continue;
      await shoot(screen, "quiz-screen-reveal");
      await shoot(ann, "quiz-pad-reveal");
      await shoot(bob, "quiz-pad-wrong");
      await shoot(cleo, "quiz-page-reveal");
    }
    for (const page of everybody()) await untilPhase(page, "scores");
    await screen.getByText("wins!").waitFor();
    await shoot(screen, "quiz-screen-scores");
    await shoot(bob, "quiz-pad-scores");
    await shoot(cleo, "quiz-page-scores");
    expect(await ask(bob, "k.state.seats.get(k.sessionId).points")).toBe(0);
  });

  it("a rematch has the same code, people and settings", async () => {
    const roomId = await ask(screen, "k.roomId");
    await ann.getByRole("button", { name: "Again!" }).click();
    for (const page of everybody()) await untilPhase(page, "ready");
    expect(await ask(bob, "k.roomId")).toBe(roomId);
    expect(await ask(screen, "k.state.seats.size")).toBe(3);
    expect(await ask(screen, "JSON.parse(k.state.settings).seconds")).toBe(20);
    await shoot(screen, "quiz-screen-ready");
    await shoot(ann, "quiz-pad-ready");
  });
});
