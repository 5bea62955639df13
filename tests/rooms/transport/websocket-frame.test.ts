import { expect, test } from "vitest";
import { Frame, FrameMemory } from "../../../rooms/transport/websocket-frame.ts";

/** Bytes that a tick's frames are in, after a tick that took so many. */
function tick(memory: FrameMemory, bytes: number): number {
  memory.begin();
  return memory.take(bytes).buffer.byteLength;
}

test("what one large tick needed is let go of, and what ticks go on needing stays", () => {
  const memory = new FrameMemory();
  expect(tick(memory, 4_000_000)).toBeGreaterThanOrEqual(4_000_000);
  for (let i = 0; i < 250; i++) tick(memory, 100_000);
  expect(tick(memory, 100_000)).toBeLessThanOrEqual(400_000);
  const buffer = memory.take(1).buffer;
  for (let i = 0; i < 250; i++) tick(memory, 100_000);
  expect(memory.take(1).buffer).toBe(buffer);
});

test("memory that a write still reads is not used again", () => {
  const memory = new FrameMemory();
  memory.begin();
  const frame = memory.take(1000).fill(7);
  memory.retain();
  memory.begin();
  memory.take(1000).fill(9);
  expect(new Set(frame)).toEqual(new Set([7]));
});

test("clients who get the same message share its memory, and no other client's acknowledgement is in it", () => {
  const frame = Frame.of(Uint8Array.of(15, 1, 2), 1_000);
  frame.address(0);
  const first = frame.message();
  frame.address(0);
  expect(frame.message()).toBe(first);
  frame.address(7);
  const other = frame.message();
  expect(other).not.toBe(first);
  expect(first.readUInt32LE(5)).toBe(0);
  expect(other.readUInt32LE(5)).toBe(7);
});
