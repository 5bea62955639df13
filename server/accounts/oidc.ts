import { createHash } from "node:crypto";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { hashOf, newSecret } from "./secrets.ts";

/** Settings of an external identity provider. */
export interface OidcConfig {
  readonly issuer: string;
  /** Its name for players, e.g. "Example ID"; by default the issuer's host. */
  readonly name?: string | undefined;
  readonly clientId: string;
  /** Undefined: a public client, by PKCE alone. */
  readonly clientSecret: string | undefined;
  /** Address to which the provider returns the browser, as registered there. */
  readonly redirectUri: string;
}

/** The identity in the provider's answer. */
export interface ExternalIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Proposal for the account's name; nothing else depends on it. */
  readonly name: string | undefined;
  /** Only if the provider verified it. */
  readonly email: string | undefined;
  /** The account that began the sign-in, to be upgraded or linked. */
  readonly accountId: string | null;
}

/** Sign-in by OpenID Connect: code flow with PKCE, state and nonce. */
export interface Oidc {
  /** Name of the provider for players. */
  readonly name: string;
  /**
   * Begins a sign-in. The browser keeps `binding`, opens `url`, and returns with code and state. The binding
   * prevents that a browser finishes a sign-in which another one began.
   * @throws IDENTITY_REFUSED the provider does not answer
   */
  begin(accountId?: string): Promise<{ url: string; binding: string }>;
  /** Finishes a sign-in, once. @throws IDENTITY_REFUSED for every failure; its `cause` is for the log */
  finish(came: {
    code: string;
    state: string;
    binding: string;
    iss?: string | undefined;
  }): Promise<ExternalIdentity>;
}

/** Minutes in which a player must return from the provider. */
const ATTEMPT_MINUTES = 10;
const ANSWER_MS = 5_000;
/** Signatures with a public key only: with HMAC the client secret would be the key (RFC 8725, 3.1). */
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

const discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
});
const tokenAnswer = z.object({ id_token: z.string().max(16_384) });

interface Provider extends z.infer<typeof discovery> {
  readonly keys: JWTVerifyGetKey;
}

/**
 * Opens sign-in by a provider. Its endpoints are read at the first sign-in, not at the start.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
export function openOidc(db: Db, config: OidcConfig): Oidc {
  let known: Promise<Provider> | undefined;
  const provider = () => {
    known ??= discover(config.issuer).catch((error) => {
      known = undefined; // the next player asks again
      throw error;
    });
    return known;
  };
  return {
    name: config.name ?? new URL(config.issuer).hostname,
    async begin(accountId) {
      const { authorization_endpoint } = await orRefused(provider());
      const [state, binding, nonce, verifier] = [newSecret(), newSecret(), newSecret(), newSecret()];
      await answerWithin(
        db.query(
          `INSERT INTO oidc_attempt (state_hash, binding_hash, nonce, verifier, account_id, expires_at)
           VALUES ($1, $2, $3, $4, $5, now() + interval '${ATTEMPT_MINUTES} minutes')`,
          [hashOf(state), hashOf(binding), nonce, verifier, accountId ?? null],
        ),
      );
      const url = new URL(authorization_endpoint);
      const challenge = createHash("sha256").update(verifier).digest("base64url");
      for (const [key, value] of Object.entries({
        response_type: "code",
        client_id: config.clientId,
        redirect_uri: config.redirectUri,
        scope: "openid profile email",
        state,
        nonce,
        code_challenge: challenge,
        code_challenge_method: "S256",
      }))
        url.searchParams.set(key, value);
      return { url: url.href, binding };
    },
    async finish({ code, state, binding, iss }) {
      const [rows] = await answerWithin(
        db.query<[{ nonce: string; verifier: string; account_id: string | null }[], number]>(
          `DELETE FROM oidc_attempt WHERE state_hash = $1 AND binding_hash = $2 AND expires_at > now()
           RETURNING nonce, verifier, account_id`,
          [hashOf(state), hashOf(binding)],
        ),
      );
      const attempt = rows[0];
      if (!attempt) throw new RoomkeepError("IDENTITY_REFUSED");
      return orRefused(
        (async () => {
          const asked = await provider();
          // Refuses the answer of another provider (mix-up attack): RFC 9207.
          if (iss !== undefined && iss !== asked.issuer) throw new Error("the answer is another provider's");
          const idToken = await exchange(asked, config, code, attempt.verifier);
          const claims = await readIdToken(asked, config, idToken, attempt.nonce);
          return { ...toIdentity(claims), accountId: attempt.account_id };
        })(),
      );
    },
  };
}

async function discover(issuer: string): Promise<Provider> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS), redirect: "error" });
  if (!response.ok) throw new Error(`the provider answered ${response.status} to its discovery`);
  const found = discovery.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`the provider calls itself ${found.issuer}`);
  return { ...found, keys: createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: ANSWER_MS }) };
}

async function exchange(
  { token_endpoint }: Provider,
  { clientId, clientSecret, redirectUri }: OidcConfig,
  code: string,
  verifier: string,
): Promise<string> {
  const form = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    client_id: clientId,
  });
  const headers: Record<string, string> = { accept: "application/json" };
  if (clientSecret !== undefined) {
    // RFC 6749, 2.3.1: both parts are form-encoded first.
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString("base64")}`;
  }
  const response = await fetch(token_endpoint, {
    method: "POST",
    headers,
    body: form,
    redirect: "error",
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  if (!response.ok) throw new Error(`the provider answered ${response.status} to the code`);
  return tokenAnswer.parse(await response.json()).id_token;
}

async function readIdToken(
  { issuer, keys }: Provider,
  { clientId }: OidcConfig,
  idToken: string,
  nonce: string,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(idToken, keys, {
    algorithms: ALGORITHMS,
    issuer,
    audience: clientId,
    requiredClaims: ["sub", "iat", "exp"],
    clockTolerance: 30,
  });
  if (payload.nonce !== nonce) throw new errors.JWTClaimValidationFailed("nonce", payload, "nonce");
  const forOthers = Array.isArray(payload.aud) && payload.aud.length > 1;
  if ((forOthers || payload.azp !== undefined) && payload.azp !== clientId) {
    throw new errors.JWTClaimValidationFailed("azp", payload, "azp");
  }
  return payload;
}

function toIdentity(claims: JWTPayload): Omit<ExternalIdentity, "accountId"> {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    issuer: claims.iss ?? "",
    subject: claims.sub ?? "",
    name: text(claims.preferred_username) ?? text(claims.name),
    email: claims.email_verified === true ? text(claims.email) : undefined,
  };
}

async function orRefused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof RoomkeepError) throw cause;
    throw new RoomkeepError("IDENTITY_REFUSED", undefined, { cause });
  }
}
