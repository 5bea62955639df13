import { createHash, randomBytes } from "node:crypto";

/** 256 random bits as text, with a prefix that names their purpose. */
export function newSecret(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url");
}

/**
 * Hash under which a secret is stored. Secrets have 72 random bits or more, so a fast hash is enough: they
 * cannot be guessed. Passwords are hashed by `passwords.ts` instead.
 */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
