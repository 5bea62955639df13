import { randomUUID } from "node:crypto";
import { WorldRoom } from "roomkeep/rooms";
import { type AnyPlugin, definePlugin, route } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import {
  defineKind,
  type NotificationList,
  notifications,
  type ShownNotification,
} from "../../../plugins/notifications/index.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";
import { codeOf } from "./opened.ts";
import { newBrowser } from "./push-service.ts";

class Hall extends WorldRoom {
  override state = new WorldState();
}
const waved = defineKind("waves.waved", {
  params: z.object({ at: z.string(), times: z.int() }),
  text: ({ times }, from) => `${from} has waved ${times} times.`,
  actions: {
    back: { label: "Wave back", route: "POST /v1/waves/:at" },
    here: { label: "Wave here", message: "waves.wave", payload: ["times"] },
    open: { label: "Open", panel: "waves" },
  },
});
const waves = definePlugin({
  name: "waves",
  needs: [notifications as unknown as AnyPlugin],
  open({ plugin }) {
    const notes = plugin(notifications);
    notes.declare(waved);
    return notes;
  },
  routes: () => ({
    waveAt: route({
      method: "POST",
      path: "/v1/waves/:at",
      answer: ({ params }) => ({ at: decodeURIComponent(params.at ?? "") }),
    }),
  }),
});

let world: TestServer;
let operator: DeskOperator;
let moderator: DeskOperator;
beforeAll(async () => {
  const plugins = [friends, waves, notifications] as unknown as AnyPlugin[];
  world = await bootServer(
    { hall: Hall },
    {
      plugins,
      env: { ROOMKEEP_ADMIN_PASSWORD: "a long password", ROOMKEEP_NOTIFICATIONS_SENDS_PER_MINUTE: "20" },
    },
  );
  const { ds } = world.server.foundation.database;
  operator = await deskOperator(ds, world.url, "note-operator", "operator");
  moderator = await deskOperator(ds, world.url, "note-mod", "moderator");
});
afterAll(() => world.close());

const notes = () => world.server.foundation.plugins.api(notifications);
async function ask<T>(player: Pick<TestPlayer, "token">, method: string, path = "", body?: unknown) {
  const accessToken = await accessTokenOf(world.url, player.token);
  return callApi<T>(world.url, method, `/v1${path}`, { accessToken, body });
}
const listOf = (player: TestPlayer, query = "") =>
  ask<NotificationList>(player, "GET", `/notifications${query}`);
const accountOf = (player: TestPlayer) =>
  world.room(player.room.roomId).players.get(player.room.sessionId)!.claim.sheet.accountId;
const newOf = (player: TestPlayer) => (player.received.get("notifications.new") ?? []) as ShownNotification[];
const wave = (to: string, times: number, more: object = {}) =>
  notes().send(to, { kind: waved, params: { at: "the gate/é?", times }, ...more });

it("arrive at once in every room of their player, with what can be done about them", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const second = await world.join("hall", { token: ann.token });
  await wave(accountOf(second), 3, { from: accountOf(bob) });
  const [shown] = [await second.message<ShownNotification>("notifications.new")];
  expect(shown).toMatchObject({
    number: 1,
    kind: "waves.waved",
    text: "Bob has waved 3 times.",
    read: false,
    actions: [
      { id: "back", label: "Wave back", method: "POST", path: "/v1/waves/the%20gate%2F%C3%A9%3F" },
      { id: "here", message: "waves.wave", payload: { times: 3 } },
      { id: "open", panel: "waves" },
    ],
  });
  expect((await listOf(second)).notifications).toEqual([shown]);
  const [back] = shown.actions;
  if (!back || !("path" in back)) throw new Error("no route");
  expect(await ask(second, back.method, back.path.slice(3))).toEqual({ at: "the gate/é?" });
  expect(newOf(bob)).toEqual([]);
  // The second page of Ann has taken the place of the first.
  for (const one of [bob, second]) await one.leave();
});

it("are kept for the absent, who catch up by the number: nothing is lost, nothing comes twice", async () => {
  const ann = await world.join("hall", { name: "Ann" });
  const id = accountOf(ann);
  await wave(id, 1);
  await ann.until("the first", () => newOf(ann).length === 1);
  await ann.leave();
  await wave(id, 2);
  await wave(id, 3);
  const back = await world.join("hall", { token: ann.token });
  await wave(id, 4);
  await back.until("the fourth", () => newOf(back).length === 1);
  const missed = await listOf(back, "?after=1");
  expect(missed.notifications.map(({ number }) => number)).toEqual([2, 3, 4]);
  expect(missed).toMatchObject({ latest: 4, unread: 4 });
  expect((await listOf(back, `?after=${missed.latest}`)).notifications).toEqual([]);
  await back.leave();
});

it("are marked on all devices, and tell them", async () => {
  const ann = await world.join("hall", { name: "Ann" });
  const id = accountOf(ann);
  for (const times of [1, 2, 3]) await wave(id, times);
  const changed = () => ann.received.get("notifications.changed") ?? [];
  // The other device is a page that is in no room.
  expect(await ask(ann, "POST", "/notifications/read", { numbers: [1] })).toEqual({ unread: 2 });
  await ann.until("the mark", () => changed().length === 1);
  await ask(ann, "DELETE", "/notifications/3");
  await ann.until("the end of the third", () => changed().length === 2);
  expect(await ask(ann, "POST", "/notifications/read", { upTo: 3 })).toEqual({ unread: 0 });
  await ann.until("all marks", () => changed().length === 3);
  expect(changed()).toEqual([
    { numbers: [1], unread: 2 },
    { gone: [3], unread: 1 },
    { upTo: 3, unread: 0 },
  ]);
  await ann.leave();
});

it("of a friend's request are accepted by their button, while nobody is in a room", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const [a, b] = [accountOf(ann), accountOf(bob)];
  await bob.leave();
  await ask(ann, "POST", "/friends/requests", { account: b });
  await ask(ann, "POST", "/friends/requests", { account: b });
  const { notifications: all } = await listOf(bob);
  expect(all.map(({ text }) => text)).toEqual(["Ann asks to be your friend."]);
  const accept = all[0]?.actions[0];
  if (!accept || !("path" in accept)) throw new Error("no route");
  await ask(bob, accept.method, accept.path.slice(3));
  await ann.until("the news", () => newOf(ann).length === 1);
  expect(newOf(ann)[0]?.text).toBe("Bob is your friend now.");
  expect((await listOf(bob)).notifications).toEqual([]);
  // The one who blocks loses sight of all that the other one sent, and hears of nothing more.
  await wave(b, 9, { from: a });
  expect((await listOf(bob)).notifications).toHaveLength(1);
  await ask(bob, "POST", "/friends/blocks", { account: a });
  expect(await wave(b, 10, { from: a })).toBe(false);
  expect((await listOf(bob)).notifications).toEqual([]);
  await ann.leave();
});

it("of a sanction of the desk come to their player", async () => {
  const ann = await world.join("hall", { name: "Ann" });
  const arrived = ann.message<ShownNotification>("notifications.new");
  const { status } = await moderator.ask("/v1/admin/players/warn", {
    player: accountOf(ann),
    reason: "no spam",
  });
  expect(status).toBe(200);
  expect((await arrived).text).toBe("A moderator has warned you: no spam");
  await ann.leave();
});

it("are sent by operators, to one or to all, with an audit entry each, refused ones too", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const [a] = [accountOf(ann)];
  await bob.leave();
  const send = (who: DeskOperator, body: object) =>
    who.ask("/v1/admin/notifications/send", { text: "hello", reason: "a test", ...body });
  const first = ann.message<ShownNotification>("notifications.new");
  expect((await send(operator, { account: a })).body).toEqual({ sent: true });
  expect(await first).toMatchObject({ text: "hello", kind: "notifications.announcement" });
  expect((await send(operator, { all: true, text: "to all" })).body).toEqual({ sent: true });
  await ann.until("what goes to all", () => newOf(ann).length === 2);
  expect((await listOf(bob)).notifications.map(({ text }) => text)).toEqual(["to all"]);
  const late = await world.join("hall", { name: "Eve" });
  expect((await listOf(late)).notifications).toEqual([]);

  for (const [body, code] of [
    [{}, "MESSAGE_INVALID"],
    [{ account: a, all: true }, "MESSAGE_INVALID"],
    [{ account: randomUUID() }, "ACCOUNT_UNKNOWN"],
    [{ account: a, text: "x".repeat(501) }, "MESSAGE_INVALID"],
    [{ account: a, days: 0 }, "MESSAGE_INVALID"],
    [{ account: a, reason: "" }, "MESSAGE_INVALID"],
  ] as const)
    expect((await send(operator, body)).body.code, JSON.stringify(body)).toBe(code);
  expect((await send(moderator, { all: true })).body.code).toBe("ROLE_NEEDED");
  expect((await listOf(ann)).notifications).toHaveLength(2);

  const listed = await operator.ask(`/v1/admin/notifications/list?account=${a}`);
  expect(listed.body.notifications.map(({ text }: { text: string }) => text)).toEqual(["to all", "hello"]);
  expect((await moderator.ask(`/v1/admin/notifications/list?account=${a}`)).body.code).toBe("ROLE_NEEDED");
  const away = { account: a, number: 1, reason: "a mistake" };
  expect((await operator.ask("/v1/admin/notifications/dismiss", away)).body).toEqual({ dismissed: true });
  expect((await operator.ask("/v1/admin/notifications/dismiss", away)).body.code).toBe(
    "NOTIFICATION_UNKNOWN",
  );
  expect((await listOf(ann)).notifications.map(({ text }) => text)).toEqual(["to all"]);
  const entries = await world.server.foundation.database.ds.query<{ outcome: string; account_id: string }[]>(
    "SELECT outcome FROM audit_entry WHERE line LIKE '%notifications%' ORDER BY seq",
  );
  const outcomes = entries.map(({ outcome }) => outcome);
  expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(3);
  expect(outcomes).toEqual(
    expect.arrayContaining(["ROLE_NEEDED", "ACCOUNT_UNKNOWN", "NOTIFICATION_UNKNOWN"]),
  );
  for (const one of [ann, late]) await one.leave();
});

it("refuse what is bad by name, and change nothing", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  await wave(accountOf(ann), 1);
  for (const [method, path, body, code] of [
    ["POST", "/read", { upTo: 2 }, "NOTIFICATION_UNKNOWN"],
    ["POST", "/read", { upTo: Number.MAX_SAFE_INTEGER }, "NOTIFICATION_UNKNOWN"],
    ["POST", "/read", { upTo: 1e300 }, "MESSAGE_INVALID"],
    ["POST", "/read", { upTo: 0 }, "MESSAGE_INVALID"],
    ["POST", "/read", { upTo: -1 }, "MESSAGE_INVALID"],
    ["POST", "/read", { upTo: 1.5 }, "MESSAGE_INVALID"],
    ["POST", "/read", { upTo: 1, numbers: [1] }, "MESSAGE_INVALID"],
    ["POST", "/read", { numbers: [] }, "MESSAGE_INVALID"],
    ["POST", "/read", { numbers: Array(101).fill(1) }, "MESSAGE_INVALID"],
    ["POST", "/read", { numbers: ["1"] }, "MESSAGE_INVALID"],
    ["POST", "/read", null, "MESSAGE_INVALID"],
    ["DELETE", "/2", undefined, "NOTIFICATION_UNKNOWN"],
    ["DELETE", "/x", undefined, "MESSAGE_INVALID"],
    ["DELETE", "/99999999999999999999", undefined, "MESSAGE_INVALID"],
    ["GET", "?after=-1", undefined, "MESSAGE_INVALID"],
    ["GET", "?after=NaN", undefined, "MESSAGE_INVALID"],
    ["GET", "?limit=1000", undefined, "MESSAGE_INVALID"],
    ["POST", "/push", {}, "MESSAGE_INVALID"],
    ["POST", "/push", newBrowser("fcm.googleapis.com").subscription, "PUSH_OFF"],
  ] as const)
    expect(
      await codeOf(ask(ann, method, `/notifications${path}`, body)),
      `${path} ${JSON.stringify(body)}`,
    ).toBe(code);
  // Numbers are of one's own box: those of others cannot be named.
  expect(await codeOf(ask(bob, "POST", "/notifications/read", { upTo: 1 }))).toBe("NOTIFICATION_UNKNOWN");
  expect(await codeOf(ask(bob, "DELETE", "/notifications/1"))).toBe("NOTIFICATION_UNKNOWN");
  expect(await codeOf(callApi(world.url, "GET", "/v1/notifications"))).toBe("TOKEN_INVALID");
  expect(await listOf(ann)).toMatchObject({ unread: 1, latest: 1 });
  expect(await ask(ann, "GET", "/notifications/push")).toEqual({ key: null, devices: [] });
  // Ten thousand subscriptions: what a minute allows is looked at, and nothing is kept.
  const codes = await Promise.all(
    Array.from({ length: 60 }, () =>
      codeOf(ask(bob, "POST", "/notifications/push", newBrowser("fcm.googleapis.com").subscription)),
    ),
  );
  expect(new Set(codes)).toEqual(new Set(["PUSH_OFF", "RATE_LIMITED"]));
  expect(codes.filter((code) => code === "PUSH_OFF")).toHaveLength(10);
  for (const one of [ann, bob]) await one.leave();
});

it("serve a worker that runs for its own folder alone, and what they measure", async () => {
  const worker = await fetch(`${world.url}/v1/notifications/worker`);
  expect(worker.headers.get("content-type")).toContain("text/javascript");
  expect(worker.headers.get("service-worker-allowed")).toBeNull();
  new Function("self", await worker.text())({ addEventListener: () => {} });
  const headers = { authorization: `Basic ${Buffer.from("admin:a long password").toString("base64")}` };
  const metrics = await (await fetch(`${world.url}/metrics`, { headers })).text();
  expect(metrics).toMatch(/roomkeep_notifications_sent_total\{kind="waves.waved"[^}]*\} [1-9]/);
  expect(metrics).toContain("roomkeep_notifications_pushes_waiting");
});
