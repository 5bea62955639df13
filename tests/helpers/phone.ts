import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openProfile } from "./browser.ts";

/** A phone in portrait, of its own person. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  screen: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** Writes down what a page asks of the device: `window.locks` wake locks, `window.felt` vibrations. */
const WATCH_DEVICE = `if (navigator.wakeLock) {
  window.locks = 0;
  window.felt = [];
  const lock = navigator.wakeLock.request.bind(navigator.wakeLock);
  navigator.wakeLock.request = (type) => (window.locks++, lock(type));
  const vibrate = navigator.vibrate.bind(navigator);
  navigator.vibrate = (pattern) => (window.felt.push(pattern), vibrate(pattern));
}`;

/** A phone with a new person opens an address. */
export async function openPhone(
  browser: Browser,
  url: string,
  more: BrowserContextOptions = {},
): Promise<Page> {
  const context = await openProfile(browser, { ...PHONE, ...more });
  await context.addInitScript(WATCH_DEVICE);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Freezes a page, as a phone does some time after it was locked. @returns thaws it */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
  return async () => {
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await devtools.detach();
  };
}
