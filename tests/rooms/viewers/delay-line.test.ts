import { type Client, Protocol } from "@colyseus/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DelayLine, HELD } from "../../../rooms/viewers/delay-line.ts";

let now = 0;
let line: DelayLine;
let dropped: Client[];
beforeEach(() => {
  now = 0;
  dropped = [];
  line = new DelayLine({
    delayMs: 1_000,
    now: () => now,
    maxBytes: 100,
    full: (client) => dropped.push(client),
  });
});
afterEach(() => line.close());

function client(): { client: Client; got: number[][] } {
  const got: number[][] = [];
  const made = { raw: (bytes: Uint8Array) => void got.push([...bytes]) } as unknown as Client;
  line.delay(made);
  return { client: made, got };
}
const frame = (...rest: number[]) => Uint8Array.of(Protocol.ROOM_STATE_PATCH, ...rest);

test("sends each frame when its time has come, in order, and not a moment before", () => {
  const { client: ann, got } = client();
  ann.raw(frame(1));
  now = 500;
  ann.raw(frame(2));
  now = 999.9;
  line.release();
  expect(got).toEqual([]);
  now = 1_000;
  line.release();
  expect(got).toEqual([[...frame(1)]]);
  now = 1_500;
  line.release();
  expect(got).toEqual([[...frame(1)], [...frame(2)]]);
});

test("lets frames of the connection pass at once, and what is sent promptly", () => {
  const { client: ann, got } = client();
  for (const code of [Protocol.JOIN_ROOM, Protocol.PING, Protocol.ERROR, Protocol.ROOM_RESPONSE])
    ann.raw(Uint8Array.of(code));
  ann.raw(Uint8Array.of(Protocol.ROOM_DATA));
  line.promptly(() => ann.raw(Uint8Array.of(Protocol.ROOM_DATA, 7)));
  expect(got).toEqual([
    [Protocol.JOIN_ROOM],
    [Protocol.PING],
    [Protocol.ERROR],
    [Protocol.ROOM_RESPONSE],
    [Protocol.ROOM_DATA, 7],
  ]);
});

test("holds any frame that it does not know, timed states too", () => {
  const { client: ann, got } = client();
  for (let code = 0; code < 256; code++) ann.raw(Uint8Array.of(code));
  expect(got.map(([code]) => code)).toEqual([
    Protocol.JOIN_ROOM,
    Protocol.ERROR,
    Protocol.PING,
    Protocol.ROOM_RESPONSE,
  ]);
});

test("keeps shared memory once, and counts it until the last has it", () => {
  const before = HELD.bytes;
  const [ann, bob] = [client(), client()];
  const shared = frame(1, 2, 3);
  ann.client.raw(shared);
  bob.client.raw(shared);
  expect(line.bytes).toBe(4);
  line.forget(ann.client);
  expect(line.bytes).toBe(4);
  now = 1_000;
  line.release();
  expect(line.bytes).toBe(0);
  expect(HELD.bytes).toBe(before);
  expect(ann.got).toEqual([]);
  expect(bob.got).toEqual([[...shared]]);
});

test("drops the client that there is no room for, and keeps the others'", () => {
  const [ann, bob] = [client(), client()];
  ann.client.raw(new Uint8Array(60).fill(Protocol.ROOM_STATE));
  bob.client.raw(new Uint8Array(60).fill(Protocol.ROOM_STATE));
  expect(dropped).toEqual([bob.client]);
  expect(line.bytes).toBe(60);
  bob.client.raw(frame(1));
  now = 2_000;
  line.release();
  expect(ann.got).toHaveLength(1);
  expect(bob.got).toEqual([]);
});
