import { joinAs, type TestPlayer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import webPush from "web-push";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import type { FriendList } from "../../../plugins/friends/index.ts";
import type { NotificationList, ShownNotification } from "../../../plugins/notifications/index.ts";
import { type Cluster, describeCluster } from "../../helpers/cluster.ts";
import type { ServerProcess } from "../../helpers/server-process.ts";
import { newBrowser, openPushService, type PushService } from "./push-service.ts";

describeCluster("notifications in two processes", (open) => {
  let cluster: Cluster;
  let service: PushService;
  let home: ServerProcess;
  let away: ServerProcess;
  let ann: TestPlayer;
  let bob: TestPlayer;
  beforeAll(async () => {
    [cluster, service] = await Promise.all([open(), openPushService()]);
    const { publicKey, privateKey } = webPush.generateVAPIDKeys();
    const env = {
      ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC: publicKey,
      ROOMKEEP_NOTIFICATIONS_VAPID_PRIVATE: privateKey,
      ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "https://example.org",
      ROOMKEEP_NOTIFICATIONS_PUSH_HOSTS: service.host,
      ROOMKEEP_NOTIFICATIONS_PUSH_PRIVATE: "true",
      ROOMKEEP_NOTIFICATIONS_PUSH_CA: service.ca,
      ROOMKEEP_NOTIFICATIONS_PUSH_AFTER_S: "1",
    };
    home = await cluster.start(env);
    // Alone until the room is open, so that it is here.
    ann = await joinAs(home.url, "plaza", { name: "Ann", create: true });
    away = await cluster.start(env);
    bob = await joinAs(away.url, "plaza", { name: "Bob", create: true });
  });
  afterAll(async () => {
    for (const player of [ann, bob]) player?.stop();
    await cluster.close();
    await service.close();
  });

  const ask = async <T>(player: TestPlayer, url: string, method: string, path: string, body?: unknown) =>
    callApi<T>(url, method, `/v1${path}`, { accessToken: await accessTokenOf(url, player.token), body });
  const list = (player: TestPlayer, url: string, query = "") =>
    ask<NotificationList>(player, url, "GET", `/notifications${query}`);
  const pushed = ({ path }: { path: string }) =>
    service.received.filter((received) => received.path === path);
  let bobs = "";

  it("arrive where their player is, whichever process was asked, and are marked in both", async () => {
    const { code } = await ask<FriendList>(bob, away.url, "GET", "/friends");
    const asked = bob.message<ShownNotification>("notifications.new");
    await ask(ann, home.url, "POST", "/friends/requests", { code });
    expect(await asked).toMatchObject({ number: 1, text: "Ann asks to be your friend." });
    const changed = bob.message<object>("notifications.changed");
    await ask(bob, home.url, "POST", "/notifications/read", { upTo: 1 });
    expect(await changed).toEqual({ upTo: 1, unread: 0 });
    const accepted = ann.message<ShownNotification>("notifications.new");
    const [button] = (await list(bob, away.url)).notifications[0]?.actions ?? [];
    if (!button || !("path" in button)) throw new Error("no route");
    await ask(bob, away.url, button.method, button.path.slice(3));
    expect((await accepted).text).toBe("Bob is your friend now.");
    bobs = (await ask<FriendList>(ann, home.url, "GET", "/friends")).friends[0]?.account ?? "";
  });

  it("are pushed to who is away, and not to who has them before their eyes", async () => {
    const [here, gone] = [newBrowser(service.host), newBrowser(service.host)];
    const eve = await joinAs(away.url, "plaza", { name: "Eve" });
    const { code } = await ask<FriendList>(eve, away.url, "GET", "/friends");
    await eve.leave();
    await ask(bob, home.url, "POST", "/notifications/push", here.subscription);
    await ask(eve, home.url, "POST", "/notifications/push", gone.subscription);
    const accepted = bob.message<ShownNotification>("notifications.new");
    await ask(bob, away.url, "POST", "/friends/requests", { code });
    const [button] = (await list(eve, home.url)).notifications[0]?.actions ?? [];
    if (!button || !("path" in button)) throw new Error("no route");
    await expect.poll(() => pushed(gone).length).toBe(1);
    await ask(eve, home.url, button.method, button.path.slice(3));
    expect((await accepted).text).toBe("Eve is your friend now.");
    // What is due later has come, and so would have that.
    await ask(ann, home.url, "POST", "/friends/requests", { code });
    await expect.poll(() => pushed(gone).length).toBe(2);
    expect(pushed(here)).toEqual([]);
  });

  it("are kept and pushed, once, when the process of their player was killed", async () => {
    const phone = newBrowser(service.host);
    await ask(bob, away.url, "POST", "/notifications/push", phone.subscription);
    bob.stop();
    await away.end("SIGKILL");
    await ask(ann, home.url, "DELETE", `/friends/${bobs}`);
    await ask(ann, home.url, "POST", "/friends/requests", { account: bobs });
    await expect.poll(() => pushed(phone).length).toBe(1);
    expect(phone.open(pushed(phone)[0]!.body)).toMatchObject({ text: "Ann asks to be your friend." });
    const missed = await list(bob, home.url, "?after=2");
    expect(missed.notifications.map(({ number, text }) => [number, text])).toEqual([
      [3, "Ann asks to be your friend."],
    ]);
    // After a restart of the other process the box is as it was.
    const again = await cluster.start();
    expect((await list(bob, again.url, "?after=2")).notifications).toHaveLength(1);
    expect(pushed(phone)).toHaveLength(1);
  });

  it("are kept though Redis is away, and told by the number afterwards", async () => {
    const { pid } = cluster.redis;
    if (pid === undefined) return;
    process.kill(pid, "SIGSTOP");
    try {
      await ask(ann, home.url, "DELETE", `/friends/requests/${bobs}`);
      expect((await list(bob, home.url, "?after=2")).notifications).toEqual([]);
    } finally {
      process.kill(pid, "SIGCONT");
    }
  });
});
