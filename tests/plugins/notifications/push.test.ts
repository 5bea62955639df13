import { readFileSync } from "node:fs";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import webPush from "web-push";
import { z } from "zod";
import { defineKind } from "../../../plugins/notifications/index.ts";
import { isPrivate, publicLookup } from "../../../plugins/notifications/push/address.ts";
import { KNOWN_HOSTS, mayCall } from "../../../plugins/notifications/push/endpoint.ts";
import { openSender } from "../../../plugins/notifications/push/send.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { accounts, codeOf, openOn, withTables } from "./opened.ts";
import { newBrowser, openPushService, type PushService, readVapidHeader } from "./push-service.ts";

const { publicKey, privateKey } = webPush.generateVAPIDKeys();
const keys = {
  ROOMKEEP_NOTIFICATIONS_VAPID_PUBLIC: publicKey,
  ROOMKEEP_NOTIFICATIONS_VAPID_PRIVATE: privateKey,
  ROOMKEEP_NOTIFICATIONS_VAPID_SUBJECT: "mailto:operator@example.org",
};
const rang = defineKind("bell.rang", {
  params: z.object({ secret: z.string() }),
  text: ({ secret }, from) => `${from} says ${secret}`,
  push: (_, from) => `${from} rings. 🔔`,
});
const silent = defineKind("bell.silent", { params: z.object({}), text: () => "nothing" });

describeOnEachDatabase("messages to closed pages", (open) => {
  let ds: DataSource;
  let service: PushService;
  let here: Awaited<ReturnType<typeof openOn>>;
  let there: Awaited<ReturnType<typeof openOn>>;
  beforeAll(async () => {
    service = await openPushService();
    ds = await withTables(open);
    const env = {
      ...keys,
      ROOMKEEP_NOTIFICATIONS_PUSH_HOSTS: service.host,
      ROOMKEEP_NOTIFICATIONS_PUSH_PRIVATE: "true",
      ROOMKEEP_NOTIFICATIONS_PUSH_CA: service.ca,
      ROOMKEEP_NOTIFICATIONS_PUSH_AFTER_S: "0",
      ROOMKEEP_NOTIFICATIONS_PUSH_RETRY_S: "1",
      ROOMKEEP_NOTIFICATIONS_DEVICES_MAX: "3",
    };
    here = await openOn(ds, env);
    there = await openOn(ds, env);
    for (const { notes } of [here, there])
      for (const kind of [rang, silent]) notes.declare(kind as typeof silent);
  });
  afterAll(async () => {
    await here.close();
    await there.close();
    await service.close();
  });
  const one = async () => (await accounts(ds, 1))[0] ?? "";
  const at = (path: string) => service.received.filter((received) => received.path === path);
  const ring = (to: string, more: object = {}) =>
    here.notes.send(to, { kind: rang, params: { secret: "tell nobody" }, ...more });
  const waiting = async (account: string) =>
    (await ds.query("SELECT tries FROM notification_push WHERE account_id = $1", [account])) as {
      tries: number;
    }[];

  it("reach each device once, encrypted for it alone, and say nothing secret", async () => {
    const [ann, phone, laptop] = [await one(), newBrowser(service.host), newBrowser(service.host)];
    for (const { subscription } of [phone, laptop]) await here.notes.push.subscribe(ann, subscription);
    expect((await here.notes.push.devices(ann)).map(({ host }) => host)).toEqual([
      service.host,
      service.host,
    ]);
    await ring(ann, { expiresInS: 600 });
    await here.notes.send(ann, { kind: silent, params: {} });
    await expect.poll(() => [at(phone.path).length, at(laptop.path).length]).toEqual([1, 1]);
    await expect.poll(() => waiting(ann)).toEqual([]);
    const { body, headers } = at(phone.path)[0]!;
    expect(phone.open(body)).toEqual({ number: 1, title: "roomkeep", text: "Somebody rings. 🔔" });
    expect(() => laptop.open(body)).toThrow();
    expect(Number(headers.ttl)).toBeGreaterThan(500);
    expect(Number(headers.ttl)).toBeLessThanOrEqual(600);
    expect(headers).toMatchObject({ "content-encoding": "aes128gcm", topic: "n1" });
    const { claims, key } = readVapidHeader(String(headers.authorization));
    expect(key).toBe(publicKey);
    expect(claims).toMatchObject({ aud: `https://${service.host}`, sub: "mailto:operator@example.org" });
  });

  it("are sent by one process, though several look for them", async () => {
    const [ann, phone] = [await one(), newBrowser(service.host)];
    await here.notes.push.subscribe(ann, phone.subscription);
    for (let n = 0; n < 30; n++) await ring(ann);
    await expect.poll(() => waiting(ann)).toEqual([]);
    const numbers = at(phone.path).map(({ body }) => (phone.open(body) as { number: number }).number);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    const sent = [here, there].map(({ notes }) => notes.push.counts.get("sent") ?? 0);
    expect(sent.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(30);
  });

  it("are not sent of what was read, dismissed or is over by then", async () => {
    const [ann, phone] = [await one(), newBrowser(service.host)];
    await here.notes.push.subscribe(ann, phone.subscription);
    await ds.transaction(async (db) => {
      const letters = here.notes.within(db);
      for (let n = 0; n < 4; n++) await letters.send(ann, { kind: rang, params: { secret: "" } });
      await db.query("UPDATE notification SET read_at = now() WHERE account_id = $1 AND number = 1", [ann]);
      await db.query("UPDATE notification SET dismissed_at = now() WHERE account_id = $1 AND number = 2", [
        ann,
      ]);
      await db.query("UPDATE notification SET expires_at = now() WHERE account_id = $1 AND number = 3", [
        ann,
      ]);
    });
    await expect.poll(() => waiting(ann)).toEqual([]);
    expect(at(phone.path).map(({ headers }) => headers.topic)).toEqual(["n4"]);
  });

  it("end for a device that is gone, and are tried again, with an end, where a service is away", async () => {
    const [ann, gone, away, odd] = [await one(), ...[1, 2, 3].map(() => newBrowser(service.host))];
    for (const browser of [gone!, away!, odd!]) await here.notes.push.subscribe(ann, browser.subscription);
    service.answers.set(gone!.path, { status: 410 });
    service.answers.set(away!.path, { status: 503, headers: { "retry-after": "1" } });
    service.answers.set(odd!.path, {
      status: 307,
      headers: { location: `https://${service.host}/elsewhere` },
    });
    await ring(ann);
    await expect.poll(async () => (await here.notes.push.devices(ann)).length).toBe(2);
    await expect.poll(() => at(away!.path).length).toBeGreaterThanOrEqual(2);
    expect(at("/elsewhere")).toEqual([]);
    service.answers.delete(away!.path);
    await expect.poll(() => waiting(ann)).toEqual([]);
    expect(at(odd!.path)).toHaveLength(1);
    // The sixth try is the last one.
    service.answers.set(away!.path, { status: 429 });
    const before = at(away!.path).length;
    await ds.transaction(async (db) => {
      await here.notes.within(db).send(ann, { kind: rang, params: { secret: "" } });
      await db.query("UPDATE notification_push SET tries = 5 WHERE account_id = $1", [ann]);
    });
    await expect.poll(() => waiting(ann)).toEqual([]);
    expect(at(away!.path)).toHaveLength(before + 1);
  });

  it("of a killed process are sent by another one", async () => {
    const [ann, phone] = [await one(), newBrowser(service.host)];
    await here.notes.push.subscribe(ann, phone.subscription);
    await ds.transaction(async (db) => {
      await here.notes.within(db).send(ann, { kind: rang, params: { secret: "" } });
      // It was taken, and its process has not ended it: the lease is over in a moment.
      await db.query(
        "UPDATE notification_push SET tries = 1, due_at = now() + interval '1 second' WHERE account_id = $1",
        [ann],
      );
    });
    await expect.poll(() => at(phone.path).length).toBe(1);
  });

  it("go to so many devices, and to who is signed in there", async () => {
    const [ann, bob] = [await one(), await one()];
    const browsers = Array.from({ length: 5 }, () => newBrowser(service.host));
    const codes = await Promise.all(
      browsers.map(({ subscription }) => codeOf(there.notes.push.subscribe(ann, subscription))),
    );
    expect(codes.filter((code) => code === "done")).toHaveLength(3);
    expect(codes.filter((code) => code === "DEVICES_FULL")).toHaveLength(2);
    const own = browsers[codes.indexOf("done")]!.subscription;
    expect(await codeOf(here.notes.push.subscribe(ann, own))).toBe("done");
    // Who knows the address of a browser does not have it.
    const stolen = { ...newBrowser(service.host).subscription, endpoint: own.endpoint };
    expect(await codeOf(here.notes.push.subscribe(bob, stolen))).toBe("PUSH_INVALID");
    expect(await here.notes.push.devices(bob)).toEqual([]);
    await here.notes.push.subscribe(bob, own);
    expect(
      [await here.notes.push.devices(ann), await here.notes.push.devices(bob)].map((all) => all.length),
    ).toEqual([2, 1]);
    await here.notes.push.unsubscribe(bob, "https://other.example.org/");
    expect(await here.notes.push.devices(bob)).toHaveLength(1);
    await here.notes.push.unsubscribe(bob, own.endpoint);
    await here.notes.push.unsubscribe(ann, undefined);
    expect([...(await here.notes.push.devices(ann)), ...(await here.notes.push.devices(bob))]).toEqual([]);
  });

  it("go nowhere that a stranger names", async () => {
    const ann = await one();
    const { keys: good } = newBrowser(service.host).subscription;
    const name = service.host.split(":")[0];
    for (const endpoint of [
      `http://${service.host}/`,
      "http://127.0.0.1/",
      "https://127.0.0.1/",
      "https://[::1]/",
      "https://2130706433/",
      "file:///etc/passwd",
      `https://${name}/`,
      `https://user:pass@${service.host}/`,
      `https://${service.host}.example.org/`,
      "https://example.org/",
      "https://",
      "no address",
      "",
    ])
      expect(await codeOf(here.notes.push.subscribe(ann, { endpoint, keys: good })), endpoint).toBe(
        "PUSH_INVALID",
      );
    const { endpoint } = newBrowser(service.host).subscription;
    const off = Buffer.alloc(65, 4).toString("base64url");
    for (const bad of [
      { ...good, p256dh: "" },
      { ...good, p256dh: off },
      { ...good, p256dh: good.p256dh.slice(0, -4) },
      { ...good, auth: "short" },
      { ...good, auth: `${good.auth}AAAA` },
    ])
      expect(await codeOf(here.notes.push.subscribe(ann, { endpoint, keys: bad }))).toBe("PUSH_INVALID");
    expect(await here.notes.push.devices(ann)).toEqual([]);
  });

  it("are not sent to an address of the own network, at the subscription and at each call", async () => {
    const careful = await openOn(ds, {
      ...keys,
      ROOMKEEP_NOTIFICATIONS_PUSH_HOSTS: service.host,
      ROOMKEEP_NOTIFICATIONS_PUSH_CA: service.ca,
    });
    const [ann, phone] = [await one(), newBrowser(service.host)];
    expect(await codeOf(careful.notes.push.subscribe(ann, phone.subscription))).toBe("PUSH_INVALID");
    await careful.close();
    const refused = await new Promise<Error | null>((done) => publicLookup("localhost", {}, done));
    expect(refused?.message).toMatch(/localhost leads to/);
    // A name that was public when it was kept, and is not any more: the call itself is refused, and not again.
    const vapid = { publicKey, privateKey, subject: "mailto:operator@example.org" };
    const ca = readFileSync(service.ca, "utf8");
    for (const [allowPrivate, outcome] of [
      [false, "refused"],
      [true, "sent"],
    ] as const) {
      const { send, close } = await openSender(vapid, { allowPrivate, ca });
      expect(await send(phone.subscription, "{}", { ttlS: 60, topic: "n1" })).toEqual({ outcome });
      close();
    }
    expect(at(phone.path)).toHaveLength(1);
    // A certificate of nobody's is none.
    const strict = await openSender(vapid, { allowPrivate: true, ca: undefined });
    expect(await strict.send(phone.subscription, "{}", { ttlS: 60, topic: "n1" })).toMatchObject({
      outcome: "later",
    });
    strict.close();
    // What is too long is not sent, and not cut in the middle of what was encrypted.
    const { send, close } = await openSender(vapid, { allowPrivate: true, ca });
    const how = { ttlS: 60, topic: "n1" };
    expect(await send(phone.subscription, "x".repeat(3_993), how)).toEqual({ outcome: "sent" });
    expect(await send(phone.subscription, "x".repeat(3_994), how)).toEqual({ outcome: "refused" });
    close();
  });
});

describe("an address", () => {
  it("of the own network is known in whatever form", () => {
    for (const address of [
      "127.0.0.1",
      "10.1.2.3",
      "172.31.255.255",
      "192.168.0.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "::1",
      "::",
      "fe80::1",
      "fc00::1",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "2001:db8::1",
      "nonsense",
    ])
      expect(isPrivate(address), address).toBe(true);
    for (const address of ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1"])
      expect(isPrivate(address), address).toBe(false);
  });

  it("of a push service is one of the list", () => {
    for (const endpoint of [
      "https://fcm.googleapis.com/fcm/send/x",
      "https://updates.push.services.mozilla.com/wpush/v2/x",
      "https://wns2-am3p.notify.windows.com/w/?token=x",
      "https://web.push.apple.com/x",
    ])
      expect(mayCall(endpoint, KNOWN_HOSTS), endpoint).toBe(true);
    for (const endpoint of [
      "https://fcm.googleapis.com:8443/x",
      "https://fcm.googleapis.com./x",
      "https://evil-fcm.googleapis.com.example.org/",
      "https://notify.windows.com.example.org/",
      "https://evilnotify.windows.com/",
    ])
      expect(mayCall(endpoint, KNOWN_HOSTS), endpoint).toBe(false);
  });
});
