import { decode } from "@colyseus/schema";

/** Bytes of a number of schema's behind its first byte, for first bytes 0xca to 0xd3. */
const REST = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8] as const;
const iterator = { offset: 0 };

/**
 * End of a number in Colyseus schema's encoding; -1: it is no number, is not finite, or is cut off. Allocates
 * nothing.
 *
 * @see `@colyseus/schema` src/encoding/decode.ts, `number` (5.0.34)
 */
export function numberEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0x80;
  if (first < 0x80 || first > 0xdf) return at + 1;
  const rest = REST[first - 0xca];
  if (rest === undefined) return -1;
  const end = at + 1 + rest;
  if (end > bytes.length) return -1;
  return first > 0xcb || Number.isFinite(readNumber(bytes, at)) ? end : -1;
}

/** Reads a number that {@link numberEnd} has accepted. */
export function readNumber(bytes: Uint8Array, at: number): number {
  iterator.offset = at;
  return decode.number(bytes, iterator);
}
