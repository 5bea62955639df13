import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Compression, createSnapshotCodec } from "../../../server/persistence/snapshot-codec.ts";

const key = () => randomBytes(32);
const code = (name: string) => expect.objectContaining({ name: "RoomkeepError", code: name });
const text = JSON.stringify({ canary: "CANARY".repeat(50) });

describe("the seal", () => {
  test("gives back what was sealed, for any bytes, compression and key", () => {
    const compressions = fc.constantFrom<Compression>("brotli", "gzip", "none");
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 3000 }),
        compressions,
        fc.boolean(),
        (bytes, compression, secret) => {
          const seal = createSnapshotCodec({ compression, keys: secret ? [key()] : [] });
          expect(Buffer.compare(seal.open(seal.seal(bytes)), bytes)).toBe(0);
        },
      ),
    );
  });

  test("makes it smaller, and unreadable with a key", () => {
    const plain = createSnapshotCodec({ compression: "none" }).seal(text);
    const sealed = createSnapshotCodec({ keys: [key()], compression: "none" }).seal(text);
    expect(plain.includes("CANARY")).toBe(true);
    expect(sealed.includes("CANARY")).toBe(false);
    for (const compression of ["brotli", "gzip"] as const) {
      expect(createSnapshotCodec({ compression }).seal(text).length).toBeLessThan(text.length / 2);
    }
  });

  test("twice of the same is never the same", () => {
    const seal = createSnapshotCodec({ keys: [key()] });
    expect(seal.seal(text).equals(seal.seal(text))).toBe(false);
  });

  test("opens with older keys, in whichever form they are configured, and seals with the first", () => {
    const [old, fresh] = [key(), key()];
    const before = createSnapshotCodec({ keys: [old] }).seal(text);
    const both = createSnapshotCodec({ keys: [fresh.toString("hex"), old.toString("base64")] });
    expect(both.open(before).toString()).toBe(text);
    expect(
      createSnapshotCodec({ keys: [fresh] })
        .open(both.seal(text))
        .toString(),
    ).toBe(text);
    expect(both.open(createSnapshotCodec().seal(text)).toString()).toBe(text);
  });

  test("does not seal what is too large to be opened again", () => {
    const small = createSnapshotCodec({ maxBytes: 100 });
    expect(small.open(small.seal("x".repeat(100)))).toHaveLength(100);
    expect(() => small.seal("x".repeat(101))).toThrow(code("SNAPSHOT_UNSUPPORTED"));
  });

  test("with a foreign key, without one, or plain where that is not allowed, is refused", () => {
    const sealed = createSnapshotCodec({ keys: [key()] }).seal(text);
    expect(() => createSnapshotCodec({ keys: [key()] }).open(sealed)).toThrow(code("SNAPSHOT_FOREIGN_KEY"));
    expect(() => createSnapshotCodec().open(sealed)).toThrow(code("SNAPSHOT_FOREIGN_KEY"));
    const strict = createSnapshotCodec({ keys: [key()], allowPlain: false });
    expect(() => strict.open(createSnapshotCodec().seal(text))).toThrow(code("SNAPSHOT_FOREIGN_KEY"));
  });

  test("any changed, cut or invented bytes get a named refusal, never their content", () => {
    const seals = [
      createSnapshotCodec({ keys: [key()] }),
      createSnapshotCodec(),
      createSnapshotCodec({ compression: "none", keys: [key()] }),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...seals), fc.nat(), fc.integer({ min: 1, max: 255 }), (seal, at, flip) => {
        const sealed = seal.seal(text);
        const where = at % sealed.length;
        sealed[where] = (sealed[where] ?? 0) ^ flip;
        expect(() => seal.open(sealed)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^SNAPSHOT_(CORRUPT|NEWER|FOREIGN_KEY)$/) }),
        );
        expect(() => seal.open(seal.seal(text).subarray(0, where))).toThrow(code("SNAPSHOT_CORRUPT"));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...seals), fc.uint8Array({ maxLength: 200 }), (seal, bytes) => {
        expect(() => seal.open(bytes)).toThrow(code("SNAPSHOT_CORRUPT"));
      }),
    );
  });

  test("a newer format is told from damage", () => {
    const sealed = createSnapshotCodec().seal(text);
    sealed[4] = 2;
    expect(() => createSnapshotCodec().open(sealed)).toThrow(code("SNAPSHOT_NEWER"));
  });

  test("what would unpack to more than the limit is refused", () => {
    const bomb = Buffer.alloc(5_000_000);
    for (const compression of ["brotli", "gzip", "none"] as const) {
      const sealed = createSnapshotCodec({ compression }).seal(bomb);
      expect(() => createSnapshotCodec({ maxBytes: 1_000_000 }).open(sealed)).toThrow(
        code("SNAPSHOT_CORRUPT"),
      );
    }
  });

  test("a key of another length is an error of the configuration that does not tell the key", () => {
    const make = () => createSnapshotCodec({ keys: ["SECRET-but-short"] });
    expect(make).toThrow(code("CONFIG_INVALID"));
    expect(make).not.toThrow(/SECRET/);
  });
});
