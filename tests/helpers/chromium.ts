import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const WAYS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS =
  "--headless --no-sandbox --disable-gpu --enable-unsafe-swiftshader --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

/** Path of the machine's Chromium: CHROMIUM_PATH, or a usual place; undefined: there is none. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? WAYS.find((way) => existsSync(way));

/** Starts Chromium without a window; it draws in software. @param more flags @throws when there is none */
export function openChromium(more: readonly string[] = []): Promise<Browser> {
  if (!chromiumPath)
    throw new Error("no Chromium is installed (Debian: apt-get install chromium, or CHROMIUM_PATH)");
  return chromium.launch({ executablePath: chromiumPath, args: [...FLAGS.split(" "), ...more] });
}

/** Evaluates an expression over the page's probe, which it names `k`. */
export function ask<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate(`(() => { const k = window.__roomkeep; return ${expression}; })()`) as Promise<T>;
}

/**
 * Waits until an expression over the page's probe holds. Evaluated from here: the page's own policy forbids
 * eval.
 */
export async function untilPage(page: Page, expression: string, ms = 90_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await ask<boolean>(page, `Boolean(k && (${expression}))`).catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms for: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
