import { createHash, randomBytes } from "node:crypto";

/** 256 random bits as text, behind a prefix that says what it is for. */
export function newSecret(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/**
 * Hash under which a secret is stored. Secrets are random, 72 bits and more, so that a plain hash is enough: there is
 * nothing to guess from. Passwords are not stored by it.
 */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
