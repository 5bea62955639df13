import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { describe, test } from "vitest";

const WAYS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS =
  "--headless --no-sandbox --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const executablePath = process.env.CHROMIUM_PATH ?? WAYS.find((way) => existsSync(way));
const screenshots = fileURLToPath(new URL("../screenshots/", import.meta.url));

/** Runs a suite that needs a real Chromium. Where there is none it says so loudly; with CI=true it fails. */
export function describeWithBrowser(title: string, suite: (open: () => Promise<Browser>) => void): void {
  if (executablePath) {
    describe(title, () => suite(() => chromium.launch({ executablePath, args: FLAGS.split(" ") })));
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

/** Writes a screenshot to tests/screenshots. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** Reads what the page's probe tells. The expression sees it as `k`. */
export function ask<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(`(() => { const k = window.__roomkeep; return ${expression}; })()`) as Promise<T>;
}

/** Waits until an expression over the page's probe holds. Asked from here: the page's own policy forbids eval. */
export async function untilPage(page: Page, expression: string, ms = 30_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await ask<boolean>(page, `Boolean(k && (${expression}))`).catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms for: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
