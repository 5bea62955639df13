import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

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

/** The last things that went wrong in the pages of each profile. */
const troubles = new WeakMap<BrowserContext, string[]>();
const TROUBLES_MAX = 30;

/** Notes from now on what goes wrong in the pages of a profile, for {@link tellPage}. */
export function noteTroubles(context: BrowserContext): void {
  const noted: string[] = [];
  const note = (text: string) => {
    noted.push(`${new Date().toISOString().slice(11, 23)} ${text}`);
    noted.splice(0, noted.length - TROUBLES_MAX);
  };
  troubles.set(context, noted);
  context.on("weberror", (error) => note(`error: ${error.error()}`));
  context.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") note(`${line.type()}: ${line.text()}`);
  });
  context.on("requestfailed", (request) =>
    note(`failed: ${request.method()} ${request.url()}: ${request.failure()?.errorText}`),
  );
  context.on("response", (response) => {
    if (response.status() >= 400)
      note(`${response.status()}: ${response.request().method()} ${response.url()}`);
  });
  context.on("page", (page) => {
    page.on("crash", () => note("the page crashed"));
    page.on("websocket", (socket) => {
      note(`socket opened: ${socket.url()}`);
      socket.on("socketerror", (text) => note(`socket error: ${text}: ${socket.url()}`));
      socket.on("close", () => note(`socket closed: ${socket.url()}`));
    });
  });
}

/** What a page is at, for who has waited for something else in vain. */
export async function tellPage(page: Page): Promise<string> {
  const seen = `(() => {
    const k = window.__roomkeep;
    const { roomId, sessionId, connected } = k ?? {};
    const probe = k ? JSON.stringify({ roomId, sessionId, connected, me: k.me() }) : "none";
    return "probe: " + probe + "\\nshows: " + document.body.innerText.replace(/\\s+/g, " ").slice(0, 800);
  })()`;
  const told = page.evaluate(seen).catch((error) => `the page does not answer: ${error}`);
  const silent = new Promise((resolve) => setTimeout(resolve, 10_000, "the page stands still").unref());
  const noted = troubles.get(page.context()) ?? [];
  return [`at: ${page.url()}`, await Promise.race([told, silent]), ...noted].join("\n");
}

/** Longest wait for a page, ms: less than a test may take, so that what the page shows instead is told. */
const PAGE_MS = 150_000;

/**
 * Waits until an expression over the page's probe holds. Evaluated from here: the page's own policy forbids
 * eval.
 *
 * @throws what the page is at instead
 */
export async function untilPage(page: Page, expression: string): Promise<void> {
  const deadline = performance.now() + PAGE_MS;
  while (!(await ask<boolean>(page, `Boolean(k && (${expression}))`).catch(() => false))) {
    if (performance.now() > deadline)
      throw new Error(`waited ${PAGE_MS} ms for: ${expression}\n${await tellPage(page)}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
