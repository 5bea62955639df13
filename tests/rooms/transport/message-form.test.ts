import { Room } from "colyseus.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isPayload } from "../../../rooms/transport/message-form.ts";

/** The encoder of the SDK's messages. */
const packr = Reflect.get(new Room("form"), "packr") as { pack(value: unknown): Uint8Array };
const payload = fc.anything({
  maxDepth: 4,
  values: [
    fc.string({ maxLength: 300, unit: "grapheme" }),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 300 }),
  ],
});

test("whatever the SDK packs is a payload; a part of it, or more than it, is none", () => {
  fc.assert(
    fc.property(payload, fc.nat(), (value, cut) => {
      const bytes = Uint8Array.from(packr.pack(value));
      expect(isPayload(bytes, 0)).toBe(true);
      expect(isPayload(bytes.subarray(0, cut % bytes.length), 0)).toBe(false);
      expect(isPayload(Uint8Array.from([...bytes, 1]), 0)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

const KEYS = 0x72;
const TIME = 0xff;
const A = [0xa1, 65] as const;

test.each([
  ["a list", [0x92, 1]],
  ["a long list", [0xdc, 0, 2, 1]],
  ["a longer list", [0xdd, 0, 0, 0, 2, 1]],
  ["an object", [0x82, ...A, 1]],
  ["a large object", [0xde, 0, 2, ...A, 1]],
  ["a larger object", [0xdf, 0, 0, 0, 2, ...A, 1]],
  ["a number", [0xcb, 0, 0, 0, 0]],
  ["a text", [0xa3, 65]],
  ["a long text", [0xd9, 3, 65]],
  ["a longer text", [0xda, 0, 3, 65]],
  ["the longest text", [0xdb, 0, 0, 0, 3, 65]],
  ["bytes", [0xc4, 3, 65]],
  ["more bytes", [0xc5, 0, 3, 65]],
  ["most bytes", [0xc6, 0, 0, 0, 3, 65]],
  ["a length", [0xda, 0]],
  ["a time", [0xd6, TIME, 0, 0]],
  ["an object's keys", [0xd4, KEYS, 64, 0x92, ...A]],
  ["an object's long keys", [0xd4, KEYS, 64, 0xdc, 0, 2, ...A]],
  ["an object behind its keys", [0xd4, KEYS, 64, 0x92, ...A, 0xa1, 66, 1]],
  ["a second object of the same keys", [0x92, 0xd4, KEYS, 64, 0x91, ...A, 1, 64]],
])("%s that was not all received is no payload", (_, bytes) => {
  expect(isPayload(Uint8Array.from(bytes), 0)).toBe(false);
});

test.each([
  ["a key that is a list", [0x81, 0x90, 1]],
  ["a key that is an object", [0x81, 0x80, 1]],
  ["a key that is bytes", [0x81, 0xc4, 0, 1]],
  ["a key of described keys that is a list", [0xd4, KEYS, 64, 0x91, 0x90, 1]],
  ["keys that are no list", [0xd4, KEYS, 64, ...A, 1]],
  ["a time of an odd length", [0xc7, 3, TIME, 0, 0, 0]],
  ["a short extension of another kind", [0xd4, 7, 0]],
  ["an extension of another kind", [0xc7, 4, 0x65, 0, 0, 0, 0]],
  ["keys in an extension that is too long", [0xd5, KEYS, 64, 0x90]],
  ["the byte that stands for nothing", [0xc1]],
  ["nothing", []],
])("%s is no payload", (_, bytes) => {
  expect(isPayload(Uint8Array.from(bytes), 0)).toBe(false);
});

test("lists and objects may be nested 32 deep, and no deeper", () => {
  const nested = (depth: number) => Uint8Array.from([...Array(depth).fill(0x91), 1]);
  expect([isPayload(nested(32), 0), isPayload(nested(33), 0)]).toEqual([true, false]);
});
