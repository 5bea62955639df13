import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type ListedRoom, watchLiveness } from "../../shared/protocol/liveness-watch.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A room that answers its pings as long as it is told to, and the questions after it. */
function watched(find: () => Promise<ListedRoom | undefined>) {
  const room = {
    roomId: "ABCD",
    reconnection: { enabled: true, maxRetries: 16 },
    connection: { isOpen: true, url: "ws://127.0.0.1:1/one/ABCD?sessionId=s", close: vi.fn() },
    answers: true,
    ping: (heard: () => void) => void (room.answers && heard()),
  };
  const asked = vi.fn(find);
  const lost = vi.fn();
  const stop = watchLiveness(room, asked, lost);
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  return { room, asked, lost, stop, pass };
}

it("asks for a silent room after three seconds, and gives it up when the list has it no more", async () => {
  let listed: ListedRoom | undefined = { roomId: "ABCD", processId: "one" };
  const { room, asked, lost, pass } = watched(async () => listed);
  await pass(5_000);
  expect(asked).not.toHaveBeenCalled();
  room.answers = false;
  await pass(2_000);
  expect(asked).not.toHaveBeenCalled();
  await pass(2_000);
  expect(asked).toHaveBeenCalled();
  expect(lost).not.toHaveBeenCalled();
  listed = undefined;
  await pass(1_000);
  expect(lost).toHaveBeenCalledTimes(1);
  expect(room.reconnection.enabled).toBe(false);
});

it("asks within a second for a room whose connection has closed", async () => {
  const { room, asked, lost, pass } = watched(async () => undefined);
  await pass(1_000);
  room.connection.isOpen = false;
  room.answers = false;
  await pass(1_000);
  expect(asked).toHaveBeenCalledTimes(1);
  expect(lost).toHaveBeenCalledTimes(1);
});

it("waits on while nobody answers, and while the room is on the list", async () => {
  let answer = async (): Promise<ListedRoom | undefined> => Promise.reject(new Error("OFFLINE"));
  const { room, lost, pass, stop } = watched(() => answer());
  room.connection.isOpen = false;
  await pass(5_000);
  // A former version does not tell the process.
  answer = async () => ({ roomId: "ABCD" });
  await pass(5_000);
  expect(lost).not.toHaveBeenCalled();
  stop();
});

it("gives up a room that others have opened anew under its code, in another process", async () => {
  const { room, lost, pass } = watched(async () => ({ roomId: "ABCD", processId: "two" }));
  room.answers = false;
  await pass(5_000);
  expect(lost).toHaveBeenCalledTimes(1);
});
