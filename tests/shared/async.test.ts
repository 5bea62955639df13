import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoffMs, endsWithin, keyedQueue, retry, sleep, withTimeout } from "../../shared/async.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<string>(() => {});
/** A promise and how to end it. */
function pending<T>() {
  let resolve = (_value: T) => {};
  let reject = (_error: Error) => {};
  const promise = new Promise<T>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}

describe("a sleep", () => {
  it("ends after its time", async () => {
    let over = false;
    const done = sleep(100).then(() => {
      over = true;
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await done;
    expect(over).toBe(true);
  });

  it("ends at once when it is aborted, before or meanwhile, and leaves no timer", async () => {
    const stay = new AbortController();
    const done = expect(sleep(100, stay.signal)).rejects.toThrow("left");
    stay.abort(new Error("left"));
    await done;
    await expect(sleep(100, stay.signal)).rejects.toThrow("left");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a timeout", () => {
  it("passes on what comes in time, an error too, and leaves no timer", async () => {
    expect(await withTimeout(1_000, Promise.resolve("in time"))).toBe("in time");
    await expect(withTimeout(1_000, Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("rejects with the caller's error, and gives a late result back to be released", async () => {
    const joining = pending<string>();
    const released: string[] = [];
    const options = { error: () => new TypeError("too long"), late: (seat: string) => released.push(seat) };
    const done = expect(withTimeout(5, joining.promise, options)).rejects.toThrow(TypeError);
    await vi.advanceTimersByTimeAsync(5);
    await done;
    joining.resolve("seat 7");
    await vi.advanceTimersByTimeAsync(0);
    expect(released).toEqual(["seat 7"]);
  });

  it("rejects by default with an error that names the time", async () => {
    const done = expect(withTimeout(5, never)).rejects.toThrow("no answer in 5 ms");
    await vi.advanceTimersByTimeAsync(5);
    await done;
  });
});

describe("work that is waited for only so long", () => {
  it("says whether it ended, and passes on an error in time", async () => {
    expect(await endsWithin(1_000, Promise.resolve())).toBe(true);
    await expect(endsWithin(1_000, Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    const done = endsWithin(5, never);
    await vi.advanceTimersByTimeAsync(5);
    expect(await done).toBe(false);
    const none = endsWithin(-3, never);
    await vi.advanceTimersByTimeAsync(0);
    expect(await none).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ignores an error that comes later", async () => {
    const work = pending<string>();
    const done = endsWithin(5, work.promise);
    await vi.advanceTimersByTimeAsync(5);
    work.reject(new Error("late"));
    expect(await done).toBe(false);
  });
});

describe("a retry", () => {
  const failing = (attempts: number[]) => async (attempt: number) => {
    attempts.push(attempt);
    if (attempt < 3) throw new Error("away");
    return "here";
  };

  it("goes on until the work succeeds, with a pause before each further attempt", async () => {
    const attempts: number[] = [];
    const done = retry(failing(attempts), { again: () => true });
    await vi.advanceTimersByTimeAsync(0);
    expect(attempts).toEqual([0]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await done).toBe("here");
    expect(attempts).toEqual([0, 1, 2, 3]);
  });

  it("pauses as long as it is told, or not at all", async () => {
    const attempts: number[] = [];
    const done = retry(failing(attempts), { again: () => true, waitMs: (attempt) => attempt * 100 });
    await vi.advanceTimersByTimeAsync(0);
    expect(attempts).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(100);
    expect(attempts).toEqual([0, 1, 2]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await done).toBe("here");
  });

  it("ends with the error that is not worth another attempt", async () => {
    const attempts: number[] = [];
    const done = retry(failing(attempts), { again: (_, attempt) => attempt < 1, waitMs: () => 0 });
    await expect(done).rejects.toThrow("away");
    expect(attempts).toEqual([0, 1]);
  });

  it("makes no further attempt after it was aborted", async () => {
    const stay = new AbortController();
    const attempts: number[] = [];
    const done = retry(failing(attempts), { again: () => true, signal: stay.signal });
    const ended = expect(done).rejects.toThrow("left");
    await vi.advanceTimersByTimeAsync(0);
    stay.abort(new Error("left"));
    await ended;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts).toEqual([0]);
  });

  it("backs off, at different times for different clients", () => {
    expect(backoffMs(0, () => 0.5)).toBe(200);
    expect(backoffMs(3, () => 0.5)).toBeGreaterThan(backoffMs(2, () => 0.5));
    expect(backoffMs(40, () => 0.5)).toBe(2_500);
    expect(backoffMs(40, () => 0)).toBeLessThan(backoffMs(40, () => 0.999));
  });
});

describe("a queue by keys", () => {
  it("runs the work of one key in order, that of others at once, and one with two keys after both", async () => {
    const queue = keyedQueue<string>();
    const begun: string[] = [];
    const works = [["a"], ["a"], ["b"], ["a", "b"], ["c"]].map((keys, index) => {
      const work = pending<string>();
      const name = `${index}:${keys.join("")}`;
      const done = queue.run(keys, () => {
        begun.push(name);
        return work.promise;
      });
      return { ...work, name, done };
    });
    const end = async (index: number) => {
      works[index]?.resolve(works[index].name);
      await works[index]?.done;
      await vi.advanceTimersByTimeAsync(0);
    };
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual(["0:a", "2:b", "4:c"]);
    expect([queue.sizeOf("a"), queue.sizeOf("b"), queue.sizeOf("c")]).toEqual([3, 2, 1]);
    await end(2);
    expect(begun).toEqual(["0:a", "2:b", "4:c"]);
    await end(0);
    expect(begun.at(-1)).toBe("1:a");
    await end(1);
    expect(begun.at(-1)).toBe("3:ab");
    await end(3);
    expect([queue.sizeOf("a"), queue.sizeOf("b"), queue.sizeOf("c")]).toEqual([0, 0, 1]);
  });

  it("goes on after work that failed, and tells the error to its caller alone", async () => {
    const queue = keyedQueue<string>();
    const failed = queue.run(["a"], async () => {
      throw new Error("refused");
    });
    const next = queue.run(["a"], async () => "done");
    await expect(failed).rejects.toThrow("refused");
    expect(await next).toBe("done");
    expect(queue.sizeOf("a")).toBe(0);
  });

  it("takes a key that is named twice for one", async () => {
    const queue = keyedQueue<string>();
    const done = queue.run(["a", "a"], async () => "done");
    expect(queue.sizeOf("a")).toBe(1);
    expect(await done).toBe("done");
    await vi.advanceTimersByTimeAsync(0);
    expect(queue.sizeOf("a")).toBe(0);
  });
});
