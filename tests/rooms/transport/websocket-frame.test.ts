import { expect, test } from "vitest";
import { FrameMemory } from "../../../rooms/transport/websocket-frame.ts";

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
