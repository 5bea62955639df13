import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { freeze, PHONE } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

/** Own words, which no other text of a frame has in it. */
const WORDS = ["moon rocket", "paper boat", "snow globe", "tree house", "light house"];
/** From the opened address to a seat, ms. */
const JOINED_WITHIN_MS = 10_000;

/** A page, and all that its sockets have received. */
interface Watched {
  readonly page: Page;
  readonly frames: Buffer[];
}

describeWithBrowser("a screen and three pads", (open) => {
  /** Addresses that the pages have asked the server for. */
  const asked: string[] = [];
  let browser: Browser;
  let server: ServerProcess;
  let screen: Watched;
  let pads: Watched[];
  let word = "";

  beforeAll(async () => {
    server = await startProcess({}, ["tests/helpers/servers/sketch-server.ts"]);
    browser = await open();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  async function watch(options: BrowserContextOptions, clockOffMs = 0): Promise<Watched> {
    const context = await openProfile(browser, options);
    if (clockOffMs !== 0) await context.addInitScript(offBy, clockOffMs);
    const page = await context.newPage();
    const frames: Buffer[] = [];
    page.on("request", (request) => asked.push(request.url()));
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => frames.push(Buffer.from(payload))),
    );
    return { page, frames };
  }
  async function enter(name: string, code: string, clockOffMs = 0): Promise<Watched> {
    const pad = await watch(PHONE, clockOffMs);
    const begun = performance.now();
    await pad.page.goto(`${server.url}/?room=${code}`);
    await pad.page.getByLabel("Your name").fill(name);
    await pad.page.getByRole("button", { name: "Play", exact: true }).click();
    await pad.page.getByRole("button", { name: "I am ready" }).waitFor();
    const tookMs = performance.now() - begun;
    console.info(`${name} sits after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(JOINED_WITHIN_MS);
    return pad;
  }
  const phase = (page: Page) => ask<string>(page, "k.state.phase");
  const untilPhase = (page: Page, name: string) => untilPage(page, `k.state?.phase === "${name}"`);
  const seat = (page: Page) => ask<string>(page, "k.sessionId");
  const isBack = (page: Page) => untilPage(page, "k.connected");

  /** The pad of whoever draws, and those of the others. */
  async function split() {
    const turn = await ask<string>(screen.page, "k.state.turn");
    const ids = await Promise.all(pads.map(({ page }) => seat(page)));
    const at = ids.indexOf(turn);
    expect(at).toBeGreaterThanOrEqual(0);
    return { drawer: pads[at]!, guessers: pads.filter((_, i) => i !== at) };
  }
  async function choose(picture: string) {
    await untilPhase(screen.page, "choose");
    const { drawer, guessers } = await split();
    const choices = drawer.page.locator(".pad-choices button");
    await choices.first().waitFor();
    await shoot(drawer.page, `sketch-pad-choose-${picture}`);
    await shoot(screen.page, `sketch-screen-choose-${picture}`);
    word = await choices.first().innerText();
    expect(WORDS).toContain(word);
    await choices.first().click();
    await drawer.page.getByTestId("drawing").waitFor();
    return { drawer, guessers };
  }
  async function draw(page: Page) {
    const box = await page.getByTestId("drawing").boundingBox();
    if (!box) throw new Error("no paper");
    const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
    const line = async (color: number, points: readonly (readonly [number, number])[]) => {
      await page.getByRole("button", { name: `Colour ${color}` }).click();
      const [[x, y], ...others] = points as [readonly [number, number], ...(readonly [number, number])[]];
      await page.mouse.move(...at(x, y));
      await page.mouse.down();
      for (const [toX, toY] of others) await page.mouse.move(...at(toX, toY), { steps: 4 });
      await page.mouse.up();
    };
    const circle = Array.from({ length: 25 }, (_, i) => {
      const angle = (i / 12) * Math.PI;
      return [0.75 + 0.1 * Math.cos(angle), 0.22 + 0.13 * Math.sin(angle)] as const;
    });
    await line(1, [
      [0.2, 0.9],
      [0.2, 0.5],
      [0.5, 0.5],
      [0.5, 0.9],
      [0.2, 0.9],
    ]);
    await line(2, [
      [0.16, 0.52],
      [0.35, 0.24],
      [0.54, 0.52],
    ]);
    await line(5, circle);
    await line(4, [
      [0.05, 0.92],
      [0.95, 0.92],
    ]);
    await line(3, [
      [0.62, 0.86],
      [0.7, 0.7],
      [0.78, 0.86],
      [0.86, 0.7],
    ]);
  }
  const strokesOf = (page: Page) => ask<number>(page, "k.state.picture.length");
  async function guess({ page }: Watched, text: string) {
    await page.getByLabel("What is it?").fill(text);
    await page.getByRole("button", { name: "Guess" }).click();
  }
  const hasWord = ({ frames }: Watched, secret: string) => frames.some((frame) => frame.includes(secret));

  it("are in by the code within 10 s, and set the game up", async () => {
    screen = await watch({ viewport: { width: 1920, height: 1080 } });
    await screen.page.goto(`${server.url}/?game=sketch&as=screen`);
    const code = await screen.page.getByTestId("code").innerText();
    // The clock of the third phone is an hour ahead.
    pads = [await enter("Ann", code), await enter("Bob", code), await enter("Cleopatra", code, 3_600_000)];
    const [ann, bob] = pads as [Watched, Watched, Watched];
    for (const name of ["Ann", "Bob", "Cleopatra"])
      await screen.page.getByText(name, { exact: true }).waitFor();
    await ann.page.getByRole("button", { name: "Rounds: less" }).click();
    await ann.page.getByText("Own words:").click();
    await ann.page.getByRole("textbox", { name: "Own words" }).fill(WORDS.join(", "));
    await ann.page.getByRole("button", { name: "Put in the box" }).click();
    await ann.page.getByRole("button", { name: "Only these" }).click();
    await untilPage(bob.page, `k.state.settings.includes('"onlyOwn":true') && k.state.ownWords === 5`);
    await shoot(ann.page, "sketch-pad-lobby-leader");
    await shoot(bob.page, "sketch-pad-lobby");
    await shoot(screen.page, "sketch-screen-lobby");
    for (const { page } of pads) await page.getByRole("button", { name: "I am ready" }).click();
  });

  it("draw and guess; a pad that is frozen for 20 s and one that reloads keep their seats", async () => {
    const { drawer, guessers } = await choose("1");
    const [frozen, reloaded] = guessers as [Watched, Watched];
    const seats = [await seat(frozen.page), await seat(reloaded.page)];
    const thaw = await freeze(frozen.page);
    // The time for which a phone is locked is what this is about; meanwhile the others play.
    const locked = screen.page.waitForTimeout(20_000);
    await draw(drawer.page);
    await untilPage(screen.page, "k.state.picture.length > 5");
    await reloaded.page.reload();
    await isBack(reloaded.page);
    expect(await seat(reloaded.page)).toBe(seats[1]);
    expect(await strokesOf(reloaded.page)).toBe(await strokesOf(screen.page));
    await guess(reloaded, "a garden shed");
    await screen.page.getByTestId("talk").getByText("a garden shed").waitFor();
    await guess(reloaded, `${word}s`);
    await reloaded.page.getByText("is close!").waitFor();
    await shoot(reloaded.page, "sketch-pad-near");
    await shoot(drawer.page, "sketch-pad-draw");
    await shoot(screen.page, "sketch-screen-draw");
    expect(await screen.page.getByTestId("talk").innerText()).not.toContain(word);
    await guess(reloaded, word);
    await reloaded.page.getByText("You have it!").waitFor();
    await shoot(reloaded.page, "sketch-pad-found");
    await locked;
    await thaw();
    await isBack(frozen.page);
    expect(await seat(frozen.page)).toBe(seats[0]);
    expect(await phase(screen.page)).toBe("draw");
    // Frames of before the reveal, all of them: in the messages, in the patches, in the full states.
    for (const watched of [frozen, screen]) {
      expect(watched.frames.length).toBeGreaterThan(10);
      for (const secret of WORDS) expect(hasWord(watched, secret), secret).toBe(false);
    }
    // Its own near miss came back to the guesser, and nothing else.
    for (const secret of WORDS)
      for (const frame of reloaded.frames.filter((one) => one.includes(secret)))
        expect(frame.includes(`${word}s`)).toBe(true);
    expect(hasWord(drawer, word)).toBe(true);
    await guess(frozen, word);
    await untilPhase(screen.page, "reveal");
    await screen.page.getByText(word).first().waitFor();
    expect(hasWord(frozen, word)).toBe(true);
    await shoot(screen.page, "sketch-screen-reveal");
    await shoot(frozen.page, "sketch-pad-reveal");
  });

  it("play on to the scores, and a rematch with the same people and settings", async () => {
    for (const turn of ["2", "3"]) {
      const { drawer, guessers } = await choose(turn);
      await draw(drawer.page);
      if (turn === "2") {
        const before = await strokesOf(screen.page);
        await drawer.page.getByRole("button", { name: "Undo" }).click();
        await untilPage(screen.page, `k.state.picture.length < ${before}`);
        await drawer.page.getByRole("button", { name: "Clear" }).click();
        await untilPage(screen.page, "k.state.picture.length === 0");
      }
      for (const guesser of guessers) await guess(guesser, word);
      await untilPhase(screen.page, "reveal");
    }
    await untilPhase(screen.page, "scores");
    await screen.page.getByTestId("scores").waitFor();
    await shoot(screen.page, "sketch-screen-scores");
    const [ann, bob] = pads as [Watched, Watched, Watched];
    await shoot(ann.page, "sketch-pad-scores-leader");
    await shoot(bob.page, "sketch-pad-scores");
    const settings = await ask<string>(screen.page, "k.state.settings");
    const ids = await Promise.all(pads.map(({ page }) => seat(page)));
    await ann.page.getByRole("button", { name: "Play again" }).click();
    await untilPhase(screen.page, "choose");
    expect(await ask<string>(screen.page, "k.state.settings")).toBe(settings);
    expect(await ask<string[]>(screen.page, "[...k.state.seats.keys()]")).toEqual(ids);
    expect(await ask<number[]>(screen.page, "[...k.state.seats.values()].map((one) => one.points)")).toEqual([
      0, 0, 0,
    ]);
  });

  it("and a plain browser comes in, sees the picture and guesses", async () => {
    const { drawer } = await choose("rematch");
    await draw(drawer.page);
    const code = await ask<string>(screen.page, "k.roomId");
    const desk = await watch({ viewport: { width: 1280, height: 800 } });
    await desk.page.goto(`${server.url}/?room=${code}`);
    await desk.page.getByLabel("Your name").fill("Dora");
    await desk.page.getByRole("button", { name: "Join your friends" }).click();
    await desk.page.getByTestId("picture").waitFor();
    await untilPage(desk.page, `k.state.picture.length === ${await strokesOf(screen.page)}`);
    await desk.page.getByLabel("Your guess").fill("a barn?");
    await desk.page.keyboard.press("Enter");
    await screen.page.getByTestId("talk").getByText("a barn?").waitFor();
    await shoot(desk.page, "sketch-page-guess");
    for (const secret of WORDS) expect(hasWord(desk, secret)).toBe(false);
  });

  it("and somebody alone in a browser plays with bots", async () => {
    const { page } = await watch({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${server.url}/?game=sketch`);
    await page.getByLabel("Your name").fill("Eve");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByRole("button", { name: "Start" }).waitFor();
    await shoot(page, "sketch-page-lobby");
    await page.getByRole("button", { name: "Start" }).click();
    const choices = page.locator(".sk-choices button");
    await choices.first().waitFor();
    await shoot(page, "sketch-page-choose");
    await choices.first().click();
    await draw(page);
    await untilPage(page, "k.state.picture.length > 5");
    expect(await ask<number>(page, "[...k.state.seats.values()].filter((one) => one.bot).length")).toBe(2);
    await shoot(page, "sketch-page-draw");
  });

  it("without three.js", () => {
    const scripts = asked.filter((url) => url.endsWith(".js"));
    expect(scripts.length).toBeGreaterThan(5);
    expect(scripts.filter((url) => /\/(three|worlds)-/u.test(url))).toEqual([]);
  });
});

/** Runs in the page: its clock is off by so much. */
function offBy(ms: number) {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(Right.now() + ms);
      else super(...(given as [number]));
    }
    static override now() {
      return Right.now() + ms;
    }
  } as DateConstructor;
}
