import type { Client } from "@colyseus/core";
import { expect, test } from "vitest";
import { SendBudgets } from "../../../rooms/transport/send-budget.ts";

const LIMIT = 100_000;

/** Budgets of one client, whose socket has taken so many bytes with each patch of 50 ms. */
function begin(mostRings: number) {
  let nowMs = 0;
  const socket = { bytesWritten: 0 };
  const client = { ref: { _socket: socket } } as unknown as Client;
  const budgets = new SendBudgets(() => nowMs);
  const rings: number[] = [];
  budgets.limit = () => LIMIT;
  budgets.mostRings = mostRings;
  budgets.leaveOut = (_, leftOut) => void rings.push(leftOut);
  let skipped = 0;
  const run = (seconds: number, bytesPerSecond: number) => {
    for (let patch = 0; patch < seconds * 20; patch++) {
      nowMs += 50;
      if (budgets.isOver(client)) skipped++;
      else socket.bytesWritten += bytesPerSecond / 20;
      budgets.watch([client]);
    }
  };
  return { run, rings, socket, skipped: () => skipped, gone: () => budgets.watch([]) };
}

test("under the limit nothing is left out, nor for a full state at once", () => {
  const { run, rings, socket, skipped } = begin(2);
  run(5, LIMIT * 0.9);
  socket.bytesWritten += LIMIT / 3;
  run(20, LIMIT * 0.9);
  expect([rings, skipped()]).toEqual([[], 0]);
});

test("over the limit the farthest ring goes first, then the next, and only then patches are skipped", () => {
  const { run, rings, skipped } = begin(2);
  run(0.8, LIMIT * 2);
  expect(rings).toEqual([]);
  run(1, LIMIT * 2);
  expect(rings[0]).toBe(1);
  run(20, LIMIT * 2);
  expect(rings).toEqual([1, 2]);
  // Half of what was to be sent.
  expect(skipped()).toBeGreaterThan(0.4 * 400);
  expect(skipped()).toBeLessThan(0.6 * 400);
});

test("once it takes less than half, one ring after the other is sent again, after a while each", () => {
  const { run, rings } = begin(2);
  run(3, LIMIT * 3);
  run(4, LIMIT * 0.3);
  expect(rings).toEqual([1, 2]);
  run(2, LIMIT * 0.3);
  expect(rings).toEqual([1, 2, 1]);
  run(10, LIMIT * 0.7);
  expect(rings).toEqual([1, 2, 1]);
  run(10, LIMIT * 0.3);
  expect(rings).toEqual([1, 2, 1, 0]);
});

test("a room without rings skips patches", () => {
  const { run, rings, skipped } = begin(0);
  run(10, LIMIT * 1.5);
  expect(rings).toEqual([]);
  expect(skipped()).toBeGreaterThan(20);
});
