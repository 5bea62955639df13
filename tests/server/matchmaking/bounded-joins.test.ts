import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boundJoins, type Matchmaking } from "../../../server/matchmaking/bounded-joins.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A matchmaker whose every step waits for ever, as some of Colyseus's do for Redis. */
const waits = (() => new Promise(() => {})) as Matchmaking;
const context = { token: "rkt_1" } as never;

function open(ask: Matchmaking, away: { now: boolean }) {
  const returned: string[] = [];
  const giveBack = async (ticket: string) => void returned.push(ticket);
  return { join: boundJoins(ask, { isAway: () => away.now, giveBack }), returned };
}
const codeOf = (join: Promise<unknown>) =>
  join.then(
    () => undefined,
    (error: Error) => error.message.split(":")[0],
  );

it("a join that waits ends when Redis turns away, and its ticket is good again", async () => {
  const away = { now: false };
  const { join, returned } = open(waits, away);
  const code = codeOf(join("joinOrCreate", "plaza", {}, context));
  await vi.advanceTimersByTimeAsync(1_000);
  away.now = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect([await code, returned]).toEqual(["REDIS_UNAVAILABLE", ["rkt_1"]]);
  expect(vi.getTimerCount()).toBe(0);
});

it("a join is refused before it begins while Redis is away; a return to a seat is not", async () => {
  const asked: string[] = [];
  const { join } = open((async (method: string) => void asked.push(method)) as never, { now: true });
  expect(await codeOf(join("create", "plaza", {}, context))).toBe("REDIS_UNAVAILABLE");
  expect(await codeOf(join("reconnect", "ABCD", {}, context))).toBeUndefined();
  expect(asked).toEqual(["reconnect"]);
});

it("any join ends within twelve seconds; a refusal by the game keeps the ticket used", async () => {
  const late = open(waits, { now: false });
  const code = codeOf(late.join("reconnect", "ABCD", {}, context));
  await vi.advanceTimersByTimeAsync(12_000);
  expect([await code, late.returned]).toEqual(["JOIN_TIMEOUT", ["rkt_1"]]);
  const full = open((async () => Promise.reject(new Error("ROOM_FULL: no"))) as never, { now: false });
  expect(await codeOf(full.join("joinOrCreate", "plaza", {}, context))).toBe("ROOM_FULL");
  expect(full.returned).toEqual([]);
});
