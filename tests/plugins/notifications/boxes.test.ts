import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { takeAnnouncements } from "../../../plugins/notifications/announcements.ts";
import { defineKind, type Notifications } from "../../../plugins/notifications/index.ts";
import { notificationTables } from "../../../plugins/notifications/migration.ts";
import { createGuest } from "../../../server/accounts/guests.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { slotsOf } from "../../../server/items/containers.ts";
import { openItems } from "../../../server/items/items.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { openIncarnation } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { accounts, codeOf, openOn, withTables } from "./opened.ts";

const signed = defineKind("guestbook.signed", {
  params: z.object({ page: z.int() }),
  text: ({ page }, from) => `${from} has signed page ${page}.`,
  push: () => "Somebody has signed.",
});
const send = (notes: Notifications, to: string, page: number, more: object = {}) =>
  notes.send(to, { kind: signed, params: { page }, ...more });

describeOnEachDatabase("notifications of an account", (open) => {
  let ds: DataSource;
  let here: Awaited<ReturnType<typeof openOn>>;
  let there: Awaited<ReturnType<typeof openOn>>;
  beforeAll(async () => {
    ds = await withTables(open);
    const env = { ROOMKEEP_NOTIFICATIONS_KEPT_MAX: "10", ROOMKEEP_NOTIFICATIONS_SENDS_PER_MINUTE: "5" };
    here = await openOn(ds, env);
    there = await openOn(ds, env);
    for (const { notes } of [here, there]) notes.declare(signed);
  });
  afterAll(async () => {
    await here.close();
    await there.close();
  });
  const one = async () => (await accounts(ds, 1)) as [string];
  const pagesOf = async (id: string, page: object = {}) =>
    (await here.notes.list(id, { limit: 100, ...page })).notifications.map(({ text }) =>
      text.slice(-3, -1).trim(),
    );
  const numbersOf = async (id: string) =>
    (await here.notes.list(id, { limit: 100 })).notifications.map(({ number }) => number);

  it("are numbered one by one, though two processes send at once", async () => {
    const [ann] = await one();
    await Promise.all(
      Array.from({ length: 10 }, (_, page) => send(page % 2 ? here.notes : there.notes, ann, page)),
    );
    expect(await numbersOf(ann)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await here.notes.list(ann, { limit: 1 })).toMatchObject({ latest: 10, unread: 10 });
  });

  it("are kept once by their key, though it is sent twice at the same time", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    const both = await Promise.all([here, there].map(({ notes }) => send(notes, ann, 1, { key: "k" })));
    expect(both.sort()).toEqual([false, true]);
    expect(await numbersOf(ann)).toEqual([1]);
    // Also when it was dismissed; and not of another account, or of another key.
    await here.notes.dismiss(ann, 1);
    expect(await send(here.notes, ann, 1, { key: "k" })).toBe(false);
    expect(await numbersOf(ann)).toEqual([]);
    expect(await send(here.notes, bob, 1, { key: "k" })).toBe(true);
    expect(await send(here.notes, ann, 1, { key: "l" })).toBe(true);
    // One that is over, or was withdrawn, may come again, and its number does not.
    await send(here.notes, ann, 3, { key: "soon", expiresInS: 60 });
    await ds.query("UPDATE notification SET expires_at = now() WHERE account_id = $1 AND key = 'soon'", [
      ann,
    ]);
    expect(await pagesOf(ann)).toEqual(["1"]);
    expect(await send(here.notes, ann, 4, { key: "soon" })).toBe(true);
    await ds.transaction(async (db) => here.notes.within(db).withdraw(ann, signed, "soon"));
    expect(await send(here.notes, ann, 5, { key: "soon" })).toBe(true);
    expect(await numbersOf(ann)).toEqual([5, 2]);
  });

  it("are left out one after the other where there are too many, those that were read first", async () => {
    const [ann] = await one();
    for (let page = 1; page <= 10; page++) await send(here.notes, ann, page);
    await here.notes.read(ann, { numbers: [9, 10] });
    await here.notes.dismiss(ann, 8);
    for (const page of [11, 12, 13]) await send(here.notes, ann, page);
    expect(await numbersOf(ann)).toEqual([13, 12, 11, 7, 6, 5, 4, 3, 2, 1]);
    await send(here.notes, ann, 14);
    expect(await numbersOf(ann)).toEqual([14, 13, 12, 11, 7, 6, 5, 4, 3, 2]);
    const [row] = await ds.query("SELECT count(*)::int AS n FROM notification WHERE account_id = $1", [ann]);
    expect(row.n).toBe(10);
  });

  it("are read from a number on, in parts, with nothing left out and nothing twice", async () => {
    const [ann] = await one();
    for (let page = 1; page <= 7; page++) await send(here.notes, ann, page);
    const seen: number[] = [];
    let after = 2;
    for (;;) {
      const { notifications, latest } = await here.notes.list(ann, { after, limit: 2 });
      seen.push(...notifications.map(({ number }) => number));
      if (notifications.length < 2) break;
      after = latest;
    }
    expect(seen).toEqual([3, 4, 5, 6, 7]);
    expect(await pagesOf(ann, { before: 4 })).toEqual(["3", "2", "1"]);
  });

  it("are marked as read, and not those of the future or of others", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    for (const page of [1, 2, 3]) await send(here.notes, ann, page);
    expect(await codeOf(here.notes.read(ann, { upTo: 4 }))).toBe("NOTIFICATION_UNKNOWN");
    expect(await codeOf(here.notes.read(ann, { numbers: [1, 4] }))).toBe("NOTIFICATION_UNKNOWN");
    expect(await codeOf(here.notes.read(bob, { upTo: 1 }))).toBe("NOTIFICATION_UNKNOWN");
    expect(await codeOf(here.notes.dismiss(bob, 1))).toBe("NOTIFICATION_UNKNOWN");
    expect(await here.notes.list(ann, { limit: 1 })).toMatchObject({ unread: 3 });
    expect(await here.notes.read(ann, { numbers: [2] })).toEqual({ unread: 2 });
    expect(await here.notes.read(ann, { upTo: 3 })).toEqual({ unread: 0 });
    await here.notes.dismiss(ann, 1);
    expect(await codeOf(here.notes.dismiss(ann, 1))).toBe("NOTIFICATION_UNKNOWN");
    // What is gone meanwhile is no mistake of who marks it.
    await ds.query("DELETE FROM notification WHERE account_id = $1 AND number = 2", [ann]);
    expect(await here.notes.read(ann, { numbers: [2, 3] })).toEqual({ unread: 0 });
  });

  it("are refused by name where they cannot be kept, and nothing is", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    for (const more of [
      { key: "k".repeat(10_000) },
      { key: "" },
      { key: "\0" },
      { key: "\ud800" },
      { expiresInS: Number.NaN },
      { expiresInS: Number.POSITIVE_INFINITY },
      { expiresInS: -1 },
      { expiresInS: 0 },
      { params: { page: 1.5 } },
      { params: { page: Number.NaN } },
      { params: {} },
      { kind: defineKind("guestbook.other", { params: z.object({ page: z.int() }), text: () => "" }) },
    ])
      expect(await codeOf(send(here.notes, ann, 1, more)), JSON.stringify(more)).toBe("NOTIFICATION_INVALID");
    const long = defineKind("guestbook.long", { params: z.object({ text: z.string() }), text: () => "" });
    for (const { notes } of [here, there]) notes.declare(long);
    for (const text of ["ü".repeat(2_100), "a\0b", "half \udc00"]) {
      const sent = here.notes.send(ann, { kind: long, params: { text } });
      expect(await codeOf(sent)).toBe("NOTIFICATION_INVALID");
    }
    expect(await here.notes.send(ann, { kind: long, params: { text: "\\u0000 is no NUL, 😀" } })).toBe(true);
    expect(await codeOf(send(here.notes, randomUUID(), 1))).toBe("ACCOUNT_UNKNOWN");
    expect(() => here.notes.declare(signed)).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
    // A thousand of one sender: so many as one may send.
    const codes = await Promise.all(
      Array.from({ length: 1_000 }, (_, page) => codeOf(send(here.notes, ann, page, { from: bob }))),
    );
    expect(codes.filter((code) => code === "done")).toHaveLength(5);
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(995);
    expect(await numbersOf(ann)).toHaveLength(6);
  });

  it("of one who is blocked do not come, whichever is first, and those that are there go", async () => {
    for (let round = 0; round < 8; round++) {
      const [ann, bob] = (await accounts(ds, 2)) as [string, string];
      await send(here.notes, ann, 1, { from: bob });
      await Promise.all([
        here.friends.block(ann, bob),
        send(there.notes, ann, 2, { from: bob }),
        send(here.notes, ann, 3, { from: bob }),
      ]);
      expect(await numbersOf(ann)).toEqual([]);
      expect(await send(here.notes, ann, 4, { from: bob })).toBe(false);
      expect(await send(here.notes, bob, 5, { from: ann })).toBe(true);
    }
  });

  it("of friends come with the request and go with it", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    await here.friends.request(ann, bob);
    await there.friends.request(ann, bob);
    expect(await here.notes.list(bob, { limit: 9 })).toMatchObject({
      notifications: [
        {
          kind: "friends.request",
          text: "Somebody asks to be your friend.",
          actions: [
            { id: "accept", method: "POST", path: `/v1/friends/requests/${ann}/accept` },
            { id: "refuse", method: "DELETE", path: `/v1/friends/requests/${ann}` },
            { id: "open", panel: "friends" },
          ],
        },
      ],
    });
    await here.friends.drop(ann, bob);
    expect(await numbersOf(bob)).toEqual([]);
    await here.friends.request(ann, bob);
    expect(await numbersOf(bob)).toEqual([2]);
    await here.friends.accept(bob, ann);
    expect(await numbersOf(bob)).toEqual([]);
    expect((await here.notes.list(ann, { limit: 9 })).notifications).toMatchObject([
      { kind: "friends.accepted" },
    ]);
    await here.friends.block(bob, ann);
    expect(await numbersOf(ann)).toEqual([]);
    await here.friends.request(ann, bob);
    expect(await numbersOf(bob)).toEqual([]);
  });

  it("to all come once to those who were there, whoever takes them", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    const say = (text: string) => ds.transaction((db) => here.notes.announce(db, text, 60));
    const services = { transaction: ((work) => ds.transaction(work)) as typeof here.cups.transaction };
    for (const id of [ann, bob]) await send(here.notes, id, 1);
    const said: string[] = [];
    for (let round = 0; round < 5; round++) {
      const texts = ["one", "two", "three"].map((text) => `${text} ${round}`);
      said.push(...texts);
      await Promise.all(texts.map(say));
      await Promise.all([
        takeAnnouncements(services, [ann, bob]),
        takeAnnouncements(services, [bob, ann]),
        here.notes.list(ann, { limit: 9 }),
        there.notes.list(ann, { limit: 9 }),
      ]);
    }
    const [late] = await one();
    for (const id of [ann, bob]) {
      const { latest } = await here.notes.list(id, { limit: 1 });
      expect(latest).toBe(16);
      const rows = await ds.query(
        "SELECT params->>'text' AS text FROM notification WHERE account_id = $1 AND number > 1 ORDER BY number",
        [id],
      );
      expect(rows.map(({ text }: { text: string }) => text).sort()).toEqual([...said].sort());
    }
    await takeAnnouncements(services, [late]);
    expect(await numbersOf(late)).toEqual([]);
    await send(here.notes, late, 1);
    expect(await numbersOf(late)).toEqual([1]);
  });

  it("tell of sanctions and of items by mail once, though all processes look at the same time", async () => {
    const guest = async () => await createGuest(ds, { name: "Ann", color: 0, shape: 0 });
    const [ann, bob] = [await guest(), await guest()];
    const [a, b] = await Promise.all(
      [ann, bob].map(async ({ characterId }) => {
        const [row] = await ds.query("SELECT account_id AS id FROM character WHERE id = $1", [characterId]);
        return row.id as string;
      }),
    );
    await Promise.all([here.sources(), there.sources()]);
    const reason = "no spam, please";
    await giveSanction(ds, { kind: "warn", target: { accountId: a! }, reason, by: {} });
    await giveSanction(ds, { kind: "mute", target: { accountId: b! }, minutes: 60, reason, by: {} });
    await giveSanction(ds, { kind: "ban", target: { range: "192.0.2.0/24" }, reason, by: {} });
    const book = (characterId: string, qty: number) =>
      here.cups.transaction((db) =>
        here.cups.ledger.book(db, {
          ...{ characterId, request: randomUUID(), reason: "prize" },
          items: [{ template: "herb", qty }],
        }),
      );
    await book(ann.characterId, 3);
    await book(ann.characterId, 2);
    for (let n = 0; n < 3; n++) await Promise.all([here.sources(), there.sources(), here.sources()]);
    const textsOf = async (id?: string) =>
      (await here.notes.list(id!, { limit: 9 })).notifications.map(({ text }) => text);
    expect(await textsOf(a)).toEqual([
      "Something has come by mail for you.",
      `A moderator has warned you: ${reason}`,
    ]);
    expect(await textsOf(b)).toEqual([
      expect.stringMatching(/^A moderator has muted you until [\d-]{10} [\d:]{5} UTC: no spam, please$/),
    ]);
    // What was dismissed and deleted does not come again, though it is read once more.
    await ds.query("DELETE FROM notification WHERE account_id = $1", [a]);
    await here.sources();
    expect(await textsOf(a)).toEqual([]);
    // A killed process has told and not marked, or both: they are one transaction.
    const [mark] = await ds.query("SELECT seen FROM notification_source WHERE name = 'sanction'");
    expect(mark.seen).toHaveLength(2);
  });

  it("tell of what another player has sent by mail, once an hour, unless that one is blocked", async () => {
    const characters = await openIncarnation(ds, { incarnation: "mail" });
    const items = openItems(ds, { templates: { herb: { stack: 20 } }, slotsOf }, "mail");
    const guest = () => createGuest(ds, { name: "Cas", color: 0, shape: 0 });
    const [{ characterId }, other] = [await guest(), await guest()];
    await here.cups.transaction((db) =>
      here.cups.ledger.book(db, {
        ...{ characterId, request: randomUUID(), reason: "prize", items: [{ template: "herb", qty: 3 }] },
      }),
    );
    const ann = await characters.claim(characterId, { roomId: "hall" });
    const [stack] = await items.readMail(ann);
    await items.takeMail(ann, randomUUID(), stack!.id);
    const [own] = await items.read(ann);
    const mail = async () =>
      expect(
        await items.mail(ann, randomUUID(), other.characterId, {
          items: [{ id: own!.id, qty: 1 }],
          coins: 0,
        }),
      ).toMatchObject({ ok: true });
    const [row] = await ds.query("SELECT account_id AS id FROM character WHERE id = $1", [other.characterId]);
    const bob = row.id as string;
    await here.sources();
    for (let n = 0; n < 2; n++) {
      await mail();
      await Promise.all([here.sources(), there.sources()]);
    }
    const shown = async () =>
      (await there.notes.list(bob, { limit: 9 })).notifications.map(({ text }) => text);
    expect(await shown()).toEqual(["Cas has sent you something by mail."]);
    await here.friends.block(bob, ann.sheet.accountId);
    await mail();
    await here.sources();
    expect(await shown()).toEqual([]);
  });

  it("are in the export without who sent them, and go with either account", async () => {
    const [ann, bob] = (await accounts(ds, 2)) as [string, string];
    await send(here.notes, ann, 1, { from: bob });
    await send(here.notes, ann, 2);
    await ds.query(
      `INSERT INTO notification_device (id, account_id, endpoint, p256dh, auth)
       VALUES ($1, $2, 'https://push.example.org/secret-path', 'key-of-it', 'auth-of-it')`,
      [randomUUID(), ann],
    );
    const { more } = await exportAccount(ds, ann);
    expect(more.notification).toHaveLength(2);
    expect(more.notification_device).toMatchObject([{ host: "push.example.org" }]);
    expect(JSON.stringify(more)).not.toMatch(/secret-path|key-of-it|auth-of-it/);
    expect(JSON.stringify(more)).not.toContain(bob);
    expect(JSON.stringify((await exportAccount(ds, bob)).more.notification)).toBe("[]");
    await deleteAccount(ds, bob);
    expect(await pagesOf(ann)).toEqual(["2"]);
    await deleteAccount(ds, ann);
    for (const table of ["notification", "notification_box", "notification_device"])
      expect(await ds.query(`SELECT 1 FROM ${table} WHERE account_id = $1`, [ann])).toEqual([]);
    expect(await codeOf(send(here.notes, ann, 1))).toBe("ACCOUNT_UNKNOWN");
  });

  it("run out, by their own time and by the days of the server", async () => {
    const [ann] = await one();
    await send(here.notes, ann, 1);
    await send(here.notes, ann, 2, { expiresInS: 60 });
    await send(here.notes, ann, 3);
    await ds.query(
      "UPDATE notification SET at = now() - interval '91 days' WHERE account_id = $1 AND number = 1",
      [ann],
    );
    await ds.query(
      "UPDATE notification SET expires_at = now() - interval '1 s' WHERE account_id = $1 AND number = 2",
      [ann],
    );
    await applyRetention(ds, here.retention);
    expect(await ds.query("SELECT number::int AS n FROM notification WHERE account_id = $1", [ann])).toEqual([
      { n: 3 },
    ]);
  });

  it("have tables that go down and up", async () => {
    const { ds: other } = await open();
    await notificationTables.up(other);
    await notificationTables.down(other);
    expect(await other.query("SELECT to_regclass('notification') AS t")).toEqual([{ t: null }]);
    await notificationTables.up(other);
  });
});
