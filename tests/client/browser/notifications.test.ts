import type { Browser, Page } from "playwright-core";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import webPush from "web-push";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import type { FriendList } from "../../../plugins/friends/index.ts";
import { ask, describeWithBrowser, openProfile, shoot, untilPage } from "../../helpers/browser.ts";
import { PHONE } from "../../helpers/phone.ts";
import { type ServerProcess, startProcess } from "../../helpers/server-process.ts";

describeWithBrowser("notifications in the page", (open) => {
  let browser: Browser;
  let server: ServerProcess;
  let page: Page;
  beforeAll(async () => {
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    server = await startProcess({
      ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC: publicKey,
      ROOMKEEP_NOTIFICATIONS_VAPID_PRIVATE: privateKey,
      ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "mailto:operator@example.org",
    });
    browser = await open();
    const context = await openProfile(browser, PHONE);
    await context.grantPermissions(["notifications"], { origin: new URL(server.url).origin });
    page = await context.newPage();
    await page.goto(`${server.url}/?game=plaza`);
    await page.getByLabel("Your name").fill("Ann");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await untilPage(page, "k.connected && k.me()");
  });
  afterAll(async () => {
    await browser?.close();
    await server?.end();
  });

  it("show what a friend asks, and answer it by a button", async () => {
    const bob = await joinAs(server.url, "plaza", { name: "Bob" });
    const accessToken = await accessTokenOf(server.url, bob.token);
    bob.send("friends.request", { who: await ask<string>(page, "k.sessionId") });
    await page.getByRole("button", { name: "People here" }).click();
    await page.getByRole("tab", { name: /^News/ }).click();
    const list = page.getByRole("list", { name: "Notifications" });
    await list.getByText("Bob asks to be your friend.").waitFor();
    await shoot(page, "notifications-phone");
    // Nothing is registered before the player agrees.
    expect(await page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")).toBe(
      0,
    );
    await page.getByRole("button", { name: "Tell me while the page is closed" }).waitFor();
    await list.getByRole("button", { name: /^Accept:/ }).focus();
    await page.keyboard.press("Enter");
    await expect
      .poll(
        async () => (await callApi<FriendList>(server.url, "GET", "/v1/friends", { accessToken })).friends,
      )
      .toMatchObject([{ name: "Ann" }]);
    await page.getByText("There is nothing new.").waitFor();
    bob.stop();
  });

  it("are shown by the worker while no page is open, once for a number", async () => {
    const register = `navigator.serviceWorker
      .register("/v1/notifications/worker", { scope: "/v1/notifications/" })
      .then(async (one) => { while (!one.active) await new Promise((go) => setTimeout(go, 20)); })`;
    await page.evaluate(register);
    const session = await page.context().newCDPSession(page);
    let id = "";
    session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      id =
        registrations.find(({ scopeURL }) => scopeURL.endsWith("/v1/notifications/"))?.registrationId ?? id;
    });
    await session.send("ServiceWorker.enable");
    await expect.poll(() => id).not.toBe("");
    const push = (data: string) =>
      session.send("ServiceWorker.deliverPushMessage", {
        origin: new URL(server.url).origin,
        registrationId: id,
        data,
      });
    const message = JSON.stringify({ number: 7, title: "The yard", text: "Bob rings." });
    const shown = `navigator.serviceWorker.getRegistration("/v1/notifications/").then(async (one) =>
      (await one.getNotifications()).map(({ title, body, tag }) => [title, body, tag]))`;
    // A push may come to nothing while the worker starts, as on its way; one that comes again shows once.
    await expect
      .poll(async () => {
        for (const data of [message, message, "no JSON"]) await push(data);
        return page.evaluate(shown);
      })
      .toEqual(
        expect.arrayContaining([
          ["The yard", "Bob rings.", "notification-7"],
          ["roomkeep", "There is news.", "notification-0"],
        ]),
      );
    expect(await page.evaluate<unknown[]>(shown)).toHaveLength(2);
  });
});
