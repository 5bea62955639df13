import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { retry } from "../../client/network/retry.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const always = () => true;
const { signal: open } = new AbortController();

it("a retry goes on until the work succeeds, with a pause before each further attempt", async () => {
  const attempts: number[] = [];
  const done = retry(
    async (attempt) => {
      attempts.push(attempt);
      if (attempt < 3) throw new Error("away");
      return "here";
    },
    { again: always, signal: open },
  );
  await vi.advanceTimersByTimeAsync(0);
  expect(attempts).toEqual([0]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await done).toBe("here");
  expect(attempts).toEqual([0, 1, 2, 3]);
});

it("a retry ends with the error that is not worth another attempt", async () => {
  const refused = retry(() => Promise.reject(new Error("refused")), { again: () => false, signal: open });
  await expect(refused).rejects.toThrow("refused");
});

it("an aborted retry makes no further attempt", async () => {
  const stay = new AbortController();
  let attempts = 0;
  const work = async () => {
    attempts++;
    throw new Error("away");
  };
  const ended = expect(retry(work, { again: always, signal: stay.signal })).rejects.toThrow();
  await vi.advanceTimersByTimeAsync(0);
  stay.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  await ended;
  expect(attempts).toBe(1);
});
