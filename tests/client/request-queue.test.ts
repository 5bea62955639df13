import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { openRequestQueue } from "../../client/items/request-queue.ts";
import type { Session } from "../../client/network/session.ts";

/** A room as the queue uses it: it records the requests, and the test answers them. */
function openRoom() {
  const sent: { type: string; request: string }[] = [];
  const listeners = new Map<string, (message: object) => void>();
  const room = {
    connection: { isOpen: true },
    send: (type: string, { request }: { request: string }) => void sent.push({ type, request }),
    onMessage: (type: string, listen: (message: object) => void) => listeners.set(type, listen),
    onReconnect: (listen: () => void) => listeners.set("back", listen),
  };
  const session = { room: signal<unknown>(room) };
  const queue = openRequestQueue(session as unknown as Session);
  return {
    room,
    session,
    sent,
    queue,
    tell: (type: string, message: object = {}) => listeners.get(type)?.(message),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a request without an answer is sent again with the same id, and ends with the first answer", async () => {
  const { sent, queue, tell } = openRoom();
  const answer = queue.send("item.drop", { id: "x" });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ request }) => request)).size).toBe(1);
  tell("booked", { type: "item.drop", request: sent[0]?.request });
  expect(await answer).toEqual({ ok: true });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(3);
});

it("an unavailable database is no answer; a refusal is one", async () => {
  const { sent, queue, tell } = openRoom();
  const answer = queue.send("shop.buy", {});
  tell("refused", { code: "DATABASE_UNAVAILABLE", request: sent[0]?.request });
  await vi.advanceTimersByTimeAsync(4_500);
  expect(sent).toHaveLength(2);
  tell("refused", { code: "NOT_ENOUGH", request: sent[0]?.request });
  expect(await answer).toEqual({ ok: false, code: "NOT_ENOUGH" });
});

it("a request that the network lost is sent at once when the connection is back", async () => {
  const { room, sent, queue, tell } = openRoom();
  room.connection.isOpen = false;
  const answer = queue.send("item.use", { id: "x" });
  expect(sent).toHaveLength(0);
  room.connection.isOpen = true;
  tell("back");
  expect(sent).toHaveLength(1);
  tell("booked", { request: sent[0]?.request });
  expect(await answer).toEqual({ ok: true });
});

it("a request ends when it is never answered, and when its room is left", async () => {
  const { session, queue } = openRoom();
  const never = queue.send("item.use", { id: "x" });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await never).toEqual({ ok: false, code: "OFFLINE" });
  const left = queue.send("item.use", { id: "x" });
  session.room.value = undefined;
  expect(await left).toEqual({ ok: false, code: "TRAVELLING" });
});
