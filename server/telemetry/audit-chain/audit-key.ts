import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { newSecret } from "../../accounts/secrets.ts";
import { IN_MEMORY } from "../../storage/database.ts";

/** The key's file in the data folder, where ROOMKEEP_AUDIT_KEY is not set. It is never in the database. */
const KEY_FILE = "audit.key";
/** PKCS #8 of an Ed25519 key up to its 32-byte seed: RFC 8410, section 7. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** A head of the chain: number, hash and time of an entry. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
  /** Of the entry, microseconds since 1970. */
  readonly at: string;
}

/** Signs heads of the audit log, and knows its own signatures. */
export interface AuditKey {
  /** Of the public key. */
  readonly id: string;
  sign(head: ChainHead, kind: HeadKind): string;
  isOurs(head: ChainHead, kind: HeadKind, signature: string): boolean;
}

/** `restart`: a backup was brought back; heads before it are of another past. */
export type HeadKind = "head" | "restart";

/**
 * Opens the key: of ROOMKEEP_AUDIT_KEY, else of a file that the first start makes in the data folder.
 *
 * @param configured secret of at least 32 characters
 */
export async function openAuditKey(dataDir: string, configured: string | undefined): Promise<AuditKey> {
  const secret = configured ?? (dataDir === IN_MEMORY ? newSecret() : await keptSecret(dataDir));
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep audit log", 32));
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const bytesOf = ({ seq, hash, at }: ChainHead, kind: HeadKind) =>
    Buffer.from(JSON.stringify(["roomkeep audit", kind, seq, hash, at]));
  return {
    id: idOf(publicKey),
    sign: (head, kind) => sign(null, bytesOf(head, kind), privateKey).toString("base64url"),
    isOurs: (head, kind, signature) =>
      verify(null, bytesOf(head, kind), publicKey, Buffer.from(signature, "base64url")),
  };
}

function idOf(key: KeyObject): string {
  const der = key.export({ format: "der", type: "spki" });
  return createHash("sha256").update(der).digest("base64url").slice(0, 16);
}

/** Of processes that start together on one folder, one makes it. */
async function keptSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const file = join(dataDir, KEY_FILE);
  try {
    const made = await open(file, "wx", 0o600);
    await made.writeFile(`${newSecret()}\n`);
    await made.sync();
    await made.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return (await readFile(file, "utf8")).trim();
}
