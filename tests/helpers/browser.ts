import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterEach, describe, test } from "vitest";
import { chromiumPath, noteTroubles, openChromium, tellPage } from "./chromium.ts";

export { ask, untilPage } from "./chromium.ts";

const screenshots = fileURLToPath(new URL("../screenshots/", import.meta.url));

/** Opens a browser, with flags of its own besides the usual ones. */
type OpenBrowser = (more?: readonly string[]) => Promise<Browser>;

/** Runs a suite that needs a real Chromium. Where there is none it says so loudly; with CI=true it fails. */
export function describeWithBrowser(title: string, suite: (open: OpenBrowser) => void): void {
  if (chromiumPath) {
    describe(title, () => {
      afterEach(async ({ task }) => {
        if (task.result?.state === "fail") await shootAll(task.name);
      });
      suite(openChromium);
    });
    return;
  }
  const message = `${title}: not run: no Chromium is installed (Debian: apt-get install chromium, or CHROMIUM_PATH)`;
  console.error(`\n!!! ${message}\n`);
  if (process.env.CI !== "true") {
    describe.skip(title, () => suite(() => Promise.reject(new Error(message))));
    return;
  }
  test(title, () => {
    throw new Error(message);
  });
}

/**
 * The world is drawn in software here, which takes all of a small machine: it draws few frames, and composes
 * pictures for screenshots only. The rest of the page works as for any player.
 */
const DRAW_SELDOM = `{
  const soon = requestAnimationFrame;
  requestAnimationFrame = (frame) => setTimeout(() => soon(frame), 120);
  const { prototype } = WebGL2RenderingContext;
  for (const name of ["clear", "drawElements", "drawArrays", "drawElementsInstanced", "drawArraysInstanced"]) {
    const draw = prototype[name];
    prototype[name] = function (...how) {
      if (window.pictured) draw.apply(this, how);
    };
  }
}`;

/** Profiles that tests opened. */
const profiles = new Set<BrowserContext>();

/** Tells what every open page is at, and writes a screenshot of it, for a failed test. */
async function shootAll(title: string): Promise<void> {
  const name = title.replace(/\W+/gu, "-").slice(0, 60);
  const pages = [...profiles].flatMap((profile) => profile.pages());
  for (const [i, page] of pages.entries()) {
    console.error(`page ${i} of "${title}":\n${await tellPage(page)}`);
    await shoot(page, `failed-${name}-${i}`).catch(() => {});
  }
}

/** A browser without stored data; its pages are drawn for {@link shoot} only. */
export async function openProfile(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  profiles.add(context);
  noteTroubles(context);
  context.once("close", () => profiles.delete(context));
  await context.addInitScript(DRAW_SELDOM);
  context.setDefaultTimeout(90_000);
  return context;
}

/** Writes a screenshot to tests/screenshots. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.evaluate("window.pictured = true");
  // A few frames, so that moving elements are in place.
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
  await page.evaluate("window.pictured = false");
}
