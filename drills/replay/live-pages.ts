import type { Browser, Page } from "playwright-core";
import { seeded } from "../../shared/random.ts";
import { ask, openChromium, untilPage } from "../../tests/helpers/chromium.ts";

const MOVES = [["w"], ["w"], ["a"], ["s"], ["d"], ["w", "a"], ["w", "d"], ["w", "Shift"], []] as const;
/** Keys that are pressed and let go: jump, pick, eat, shoot, look left and right. */
const DEEDS = [" ", "f", "f", "r", "x", "x", "q", "e"] as const;

/** Sessions and keys of the played pages. */
export interface PagePlay {
  /** Session ids that their pages had: one for each room and return. */
  readonly sessions: ReadonlySet<string>;
  /** Keys that were pressed. */
  readonly keys: number;
}

/** Pages of a real Chromium, in the meadow. */
export interface Pages {
  /** Plays by keys until the time is over. */
  play(untilMs: number): Promise<PagePlay>;
  close(): Promise<void>;
}

/** Opens so many pages of a real Chromium that enter the meadow; resolves when all are in. */
export async function openPages(url: string, count: number): Promise<Pages> {
  const browser = await openChromium();
  try {
    const pages: Page[] = [];
    for (let n = 1; n <= count; n++) pages.push(await enter(browser, url, `Page ${n}`));
    return {
      async play(untilMs) {
        const sessions = new Set<string>();
        const keys = await Promise.all(
          pages.map((page, n) => playPage(page, seeded(n + 77), untilMs, sessions)),
        );
        return { sessions, keys: keys.reduce((sum, one) => sum + one, 0) };
      },
      close: () => browser.close(),
    };
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function enter(browser: Browser, url: string, name: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 480, height: 320 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${url}/?game=meadow`, { timeout: 120_000 });
  await page.getByLabel("Your name").fill(name);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await untilPage(page, "k.connected && k.me()");
  return page;
}

async function playPage(
  page: Page,
  random: () => number,
  untilMs: number,
  sessions: Set<string>,
): Promise<number> {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
  let keys = 0;
  while (performance.now() < untilMs) {
    sessions.add(await ask<string>(page, "k.sessionId"));
    const moves = pick(MOVES);
    for (const key of moves) await page.keyboard.down(key);
    await page.waitForTimeout(200 + random() * 1_500);
    const deed = pick(DEEDS);
    await page.keyboard.press(deed, { delay: 60 });
    if (random() < 0.2) await page.mouse.click(200 + random() * 80, 120 + random() * 60);
    for (const key of moves) await page.keyboard.up(key);
    keys += moves.length + 1;
  }
  return keys;
}
