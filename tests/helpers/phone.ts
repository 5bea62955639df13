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

/** A phone with a new person opens an address. */
export async function openPhone(
  browser: Browser,
  url: string,
  more: BrowserContextOptions = {},
): Promise<Page> {
  const context = await openProfile(browser, { ...PHONE, ...more });
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
