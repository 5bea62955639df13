import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { brotliCompressSync, brotliDecompressSync, constants, gunzipSync, gzipSync } from "node:zlib";
import { RoomkeepError } from "../../shared/index.ts";

/** Compression of the content: brotli is denser, gzip faster. */
export type Compression = "brotli" | "gzip" | "none";

/** Keys, compression and bounds of stored bytes. */
export interface SnapshotCodecOptions {
  /**
   * 32-byte keys as buffers, 64 hex digits or base64. The first seals; all open, so that keys can be rotated
   * while older snapshots exist. None: compressed and checksummed, not encrypted.
   */
  readonly keys?: readonly (Uint8Array | string)[];
  /** Default "brotli". */
  readonly compression?: Compression;
  /** Most bytes of content, when sealed and when opened. Default 256 MiB. */
  readonly maxBytes?: number;
  /** False refuses content that is not encrypted. Default true: saves from before a key was set must open. */
  readonly allowPlain?: boolean;
}

/**
 * Compresses and encrypts what is stored, and opens it again. A sealed text that was changed, or is of an
 * unknown key, is refused by name rather than read.
 */
export interface SnapshotCodec {
  /**
   * Compresses, and encrypts if there is a key. Text is UTF-8.
   *
   * @throws SNAPSHOT_UNSUPPORTED if it is larger than `maxBytes`
   */
  seal(content: Uint8Array | string): Buffer;
  /**
   * Returns the content that was sealed.
   *
   * @throws SNAPSHOT_CORRUPT if it was cut, changed or is no sealed content
   * @throws SNAPSHOT_NEWER if a newer version sealed it
   * @throws SNAPSHOT_FOREIGN_KEY if the key that it needs is not configured
   */
  open(sealed: Uint8Array): Buffer;
}

// Layout: magic 4, version 1, compression 1, encryption 1, key id 8, nonce 12, tag or checksum 16, content.
const MAGIC = Buffer.from("RKSL", "latin1");
const VERSION = 1;
const KEY_ID = { at: 7, bytes: 8 };
const NONCE = { at: 15, bytes: 12 };
const TAG = { at: 27, bytes: 16 };
const HEADER_BYTES = 43;
const COMPRESSIONS: readonly Compression[] = ["none", "gzip", "brotli"];
const PLAIN = 0;
const AES_256_GCM = 1;
const KEY_BYTES = 32;

/**
 * Makes the codec of stored snapshots: compression, AES-256-GCM when a key is configured, and a header that
 * names both. The header is authenticated with the content.
 *
 * @throws CONFIG_INVALID if a key does not have 32 bytes
 * @see NIST SP 800-38D, section 8.2.2: a random 96-bit nonce for each sealing, under 2^32 of them a key
 * @example
 * const codec = createSnapshotCodec({ keys: [config.snapshotKey] });
 * const bytes = codec.seal(JSON.stringify(snapshot));
 * const snapshot = JSON.parse(codec.open(bytes).toString());
 */
export function createSnapshotCodec(options: SnapshotCodecOptions = {}): SnapshotCodec {
  const { compression = "brotli", maxBytes = 256 * 1024 * 1024, allowPlain = true } = options;
  const keys = (options.keys ?? []).map(readKey);
  return {
    seal(content) {
      const bytes = Buffer.from(content as Uint8Array);
      if (bytes.length > maxBytes)
        throw new RoomkeepError(
          "SNAPSHOT_UNSUPPORTED",
          `It has more than the ${maxBytes} bytes that may be opened.`,
        );
      const packed = pack(compression, bytes);
      return write(compression, packed, keys[0]);
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      checkHeader(bytes);
      if (bytes[6] === PLAIN && !allowPlain) foreign("It is not encrypted, and this server asks for it.");
      const packed = bytes[6] === PLAIN ? readPlain(bytes) : readEncrypted(bytes, keys);
      return unpack(COMPRESSIONS[bytes[5] ?? 0] ?? "none", packed, maxBytes);
    },
  };
}

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

function readKey(key: Uint8Array | string): Key {
  const bytes =
    typeof key !== "string"
      ? Buffer.from(key)
      : Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? "hex" : "base64");
  // The text of the error must not hold the key.
  if (bytes.length !== KEY_BYTES)
    throw new RoomkeepError("CONFIG_INVALID", "A snapshot key must have 32 bytes.");
  const id = createHash("sha256").update("roomkeep key id").update(bytes).digest().subarray(0, KEY_ID.bytes);
  return { id, bytes };
}

function write(compression: Compression, packed: Buffer, key: Key | undefined): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header[4] = VERSION;
  header[5] = COMPRESSIONS.indexOf(compression);
  header[6] = key === undefined ? PLAIN : AES_256_GCM;
  if (key === undefined) {
    checksum(header, packed).copy(header, TAG.at);
    return Buffer.concat([header, packed]);
  }
  key.id.copy(header, KEY_ID.at);
  randomBytes(NONCE.bytes).copy(header, NONCE.at);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, slice(header, NONCE));
  cipher.setAAD(header.subarray(0, TAG.at));
  const content = Buffer.concat([cipher.update(packed), cipher.final()]);
  cipher.getAuthTag().copy(header, TAG.at);
  return Buffer.concat([header, content]);
}

function checkHeader(bytes: Buffer): void {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    corrupt("It is no sealed snapshot.");
  const version = bytes[4] ?? 0;
  if (version > VERSION)
    throw new RoomkeepError("SNAPSHOT_NEWER", `Sealed by version ${version} of the format.`);
  const known = COMPRESSIONS[bytes[5] ?? 0] !== undefined && (bytes[6] === PLAIN || bytes[6] === AES_256_GCM);
  if (version !== VERSION || !known) corrupt("Its header is damaged.");
}

function readPlain(bytes: Buffer): Buffer {
  const content = bytes.subarray(HEADER_BYTES);
  if (!checksum(bytes, content).equals(slice(bytes, TAG))) corrupt("Its checksum does not fit.");
  return content;
}

function readEncrypted(bytes: Buffer, keys: readonly Key[]): Buffer {
  const id = slice(bytes, KEY_ID);
  const key = keys.find((one) => one.id.equals(id));
  if (key === undefined) foreign(`It needs the key ${id.toString("hex")}.`);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, slice(bytes, NONCE), {
      authTagLength: TAG.bytes,
    });
    decipher.setAAD(bytes.subarray(0, TAG.at));
    decipher.setAuthTag(slice(bytes, TAG));
    return Buffer.concat([decipher.update(bytes.subarray(HEADER_BYTES)), decipher.final()]);
  } catch (cause) {
    corrupt("It was changed after it was sealed.", cause);
  }
}

function pack(compression: Compression, content: Buffer): Buffer {
  if (compression === "gzip") return gzipSync(content);
  if (compression === "none") return content;
  // Quality 5: the default of 11 takes fifty times as long for some percent.
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

function unpack(compression: Compression, packed: Buffer, maxOutputLength: number): Buffer {
  try {
    if (compression === "gzip") return gunzipSync(packed, { maxOutputLength });
    if (compression === "brotli") return brotliDecompressSync(packed, { maxOutputLength });
  } catch (cause) {
    corrupt(`It does not unpack, or to more than ${maxOutputLength} bytes.`, cause);
  }
  if (packed.length > maxOutputLength) corrupt(`It has more than ${maxOutputLength} bytes.`);
  return packed;
}

/** Detects damage, not an attack. */
function checksum(header: Buffer, content: Buffer): Buffer {
  return createHash("sha256")
    .update(header.subarray(0, TAG.at))
    .update(content)
    .digest()
    .subarray(0, TAG.bytes);
}

function slice(bytes: Buffer, part: { readonly at: number; readonly bytes: number }): Buffer {
  return bytes.subarray(part.at, part.at + part.bytes);
}

function corrupt(reason: string, cause?: unknown): never {
  throw new RoomkeepError("SNAPSHOT_CORRUPT", `The snapshot cannot be opened. ${reason}`, { cause });
}

function foreign(reason: string): never {
  throw new RoomkeepError("SNAPSHOT_FOREIGN_KEY", `The snapshot cannot be opened here. ${reason}`);
}
