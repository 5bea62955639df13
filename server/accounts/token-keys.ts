import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { calculateJwkThumbprint, errors, exportJWK, jwtVerify, SignJWT } from "jose";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin } from "../storage/database.ts";
import { newSecret } from "./secrets.ts";

/** Lifetime of an access token, seconds. */
export const ACCESS_TOKEN_S = 600;
/** Clocks of two processes may differ by this, in seconds. */
const SKEW_S = 5;
const ISSUER = "roomkeep";
const AUDIENCE = "roomkeep:api";
/** The one algorithm: a token that names another is refused before its key is looked at (RFC 8725, 3.1). */
const ALGORITHM = "EdDSA";
const TYPE = "at+jwt";

/** Claims of an access token. */
export interface AccessClaims {
  readonly accountId: string;
  readonly signInId: string;
  /** As it was when the token was made. */
  readonly role: "player" | "moderator" | "operator" | "admin";
}

const payload = z.object({
  sub: z.uuid(),
  sid: z.uuid(),
  role: z.enum(["player", "moderator", "operator", "admin"]),
});

/** Signs and checks access tokens, and derives refresh tokens. */
export interface TokenKeys {
  sign(claims: AccessClaims): Promise<string>;
  /** @throws TOKEN_EXPIRED; TOKEN_INVALID for everything else */
  read(token: string): Promise<AccessClaims>;
  /**
   * The successor of a refresh token under each key, the one to give out first. It is derived from the token
   * and the key, so that a refresh whose answer was lost gets the same successor again although only hashes
   * are stored.
   */
  successorsOf(refreshToken: string): string[];
  /** Codes that authenticate a return token, one a key: the first is given out, all are accepted. */
  macsOf(text: string): string[];
  /** Seals a secret of the database under the first key, for `purpose`, such as the id of its row. */
  seal(secret: string, purpose: string): string;
  /** Opens what was sealed for `purpose`; undefined: under a key that is gone, or it was changed or moved. */
  unseal(sealed: string, purpose: string): string | undefined;
}

const SETTING = "token_key";

/**
 * Opens the keys: from the configured secrets (the first signs, all are accepted, so that keys can be
 * rotated), else from a secret that the first start makes and the database keeps.
 *
 * @param configured secrets of at least 32 characters
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function openTokenKeys(ds: DataSource, configured: readonly string[] = []): Promise<TokenKeys> {
  const secrets = configured.length > 0 ? configured : [await keptSecret(ds)];
  const pairs = await Promise.all(secrets.map(openPair));
  const byId = new Map(pairs.map(({ kid, publicKey }) => [kid, publicKey]));
  const [first] = pairs;
  if (!first) throw new RoomkeepError("CONFIG_INVALID", "ROOMKEEP_TOKEN_KEY holds no key.");
  return {
    sign: ({ accountId, signInId, role }) => {
      // Read once: separate reads of the clock may fall into different seconds.
      const nowS = Math.floor(Date.now() / 1000);
      return new SignJWT({ sid: signInId, role })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: first.kid })
        .setSubject(accountId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt(nowS)
        .setNotBefore(nowS)
        .setExpirationTime(nowS + ACCESS_TOKEN_S)
        .sign(first.privateKey);
    },
    read: (token) => readToken(token, byId),
    successorsOf: (token) => pairs.map(({ derivation }) => `rkr_${macOf(derivation, token)}`),
    macsOf: (text) => pairs.map((pair) => macOf(pair.returns, text)),
    seal: (secret, purpose) => sealWith(first.seals, secret, purpose),
    unseal: (sealed, purpose) => {
      for (const { seals } of pairs) {
        const opened = openWith(seals, sealed, purpose);
        if (opened !== undefined) return opened;
      }
      return undefined;
    },
  };
}

const macOf = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest("base64url");

async function readToken(token: string, keys: ReadonlyMap<string, KeyObject>): Promise<AccessClaims> {
  try {
    const read = await jwtVerify(
      token,
      ({ kid }) => {
        const key = kid === undefined ? undefined : keys.get(kid);
        if (!key) throw new errors.JWSInvalid("unknown key");
        return key;
      },
      {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        clockTolerance: SKEW_S,
        requiredClaims: ["iat", "nbf", "exp"],
        maxTokenAge: ACCESS_TOKEN_S + SKEW_S,
      },
    );
    const { sub, sid, role } = payload.parse(read.payload);
    return { accountId: sub, signInId: sid, role };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw new RoomkeepError("TOKEN_EXPIRED", undefined, { cause });
    throw new RoomkeepError("TOKEN_INVALID", undefined, { cause });
  }
}

/** The secret that all processes of a database share; of two concurrent first starts one makes it. */
async function keptSecret(ds: DataSource): Promise<string> {
  await answerWithin(
    ds.query("INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", [
      SETTING,
      newSecret(),
    ]),
  );
  const rows = await answerWithin(
    ds.query<{ value: string }[]>("SELECT value FROM setting WHERE key = $1", [SETTING]),
  );
  return rows[0]?.value ?? "";
}

/** PKCS #8 of an Ed25519 key up to its 32-byte seed: RFC 8410, section 7. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

async function openPair(secret: string) {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep access token", 32));
  const der = Buffer.concat([PKCS8_HEAD, seed]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey);
  const kid = await calculateJwkThumbprint(await exportJWK(publicKey));
  const derivation = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep refresh token", 32));
  const returns = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep return token", 32));
  const seals = Buffer.from(hkdfSync("sha256", secret, "", "roomkeep sealed secret", 32));
  return { privateKey, publicKey, kid, derivation, returns, seals };
}

/** Nonce and tag of AES-256-GCM, bytes. */
const NONCE = 12;
const TAG = 16;

function sealWith(key: Buffer, secret: string, purpose: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(purpose));
  const text = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64url");
}

function openWith(key: Buffer, sealed: string, purpose: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64url");
  if (bytes.length < NONCE + TAG) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE))
    .setAAD(Buffer.from(purpose))
    .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}
