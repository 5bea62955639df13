const utf8 = new TextEncoder();

/**
 * JSON with the keys of every object sorted, so that equal values give equal text.
 *
 * @see RFC 8785, JSON Canonicalization Scheme, section 3.2.3: https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries);
  });
}

/**
 * FNV-1a hash of a text's UTF-8 bytes, 64 bits as 16 hex digits. For comparing states, not against an
 * attacker.
 *
 * @see draft-eastlake-fnv: https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
 * @example
 * fnv1a64("foobar"); // "85944171f73967e8"
 */
export function fnv1a64(text: string): string {
  // The offset basis cbf29ce484222325 in two halves; the prime is 2^40 + 0x1b3.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of utf8.encode(text)) {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    const carry = Math.floor(product / 4_294_967_296);
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
