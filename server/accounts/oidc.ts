import {
  type AuthorizationCodeGrantChecks,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  type IDToken,
  None,
} from "openid-client";
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
/** Seconds for each answer of the provider. */
const ANSWER_S = 5;
/** Seconds that the provider's clock may be off. */
const CLOCK_S = 30;

/**
 * Opens sign-in by a provider. Its endpoints are read at the first sign-in, not at the start.
 * @throws CONFIG_INVALID the issuer is spoken to without TLS, or the redirect has a query
 * @see https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
export function openOidc(db: Db, config: OidcConfig): Oidc {
  checkAddresses(config);
  let known: Promise<Configuration> | undefined;
  const provider = () => {
    known ??= discover(config).catch((error) => {
      known = undefined; // the next player asks again
      throw error;
    });
    return known;
  };
  return {
    name: config.name ?? new URL(config.issuer).hostname,
    async begin(accountId) {
      const asked = await orRefused(provider());
      const [state, binding, nonce, verifier] = [newSecret(), newSecret(), newSecret(), newSecret()];
      await answerWithin(
        db.query(
          `INSERT INTO oidc_attempt (state_hash, binding_hash, nonce, verifier, account_id, expires_at)
           VALUES ($1, $2, $3, $4, $5, now() + interval '${ATTEMPT_MINUTES} minutes')`,
          [hashOf(state), hashOf(binding), nonce, verifier, accountId ?? null],
        ),
      );
      const url = buildAuthorizationUrl(asked, {
        redirect_uri: config.redirectUri,
        scope: "openid profile email",
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
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
      const { nonce: expectedNonce, verifier: pkceCodeVerifier, account_id: accountId } = attempt;
      const came = new URL(config.redirectUri);
      const answer = { code, state, ...(iss !== undefined && { iss }) };
      for (const [key, value] of Object.entries(answer)) came.searchParams.set(key, value);
      const checks = { expectedState: state, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
      const claims = await orRefused(provider().then((asked) => redeem(asked, came, checks)));
      return { ...toIdentity(claims), accountId };
    },
  };
}

/** A provider on this machine, for development and tests: what is sent to it can be read by nobody else. */
const isLocal = (issuer: string) =>
  /^http:\/\/(127(\.\d+){3}|\[::1\]|localhost)(:\d+)?$/.test(new URL(issuer).origin);

function checkAddresses({ issuer, redirectUri }: OidcConfig): void {
  if (new URL(issuer).protocol !== "https:" && !isLocal(issuer))
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "ROOMKEEP_OIDC_ISSUER must begin with https; http is taken for a provider on this machine only.",
    );
  const { search, hash } = new URL(redirectUri);
  if (search + hash !== "")
    throw new RoomkeepError("CONFIG_INVALID", "ROOMKEEP_OIDC_REDIRECT may have neither ? nor #.");
}

/** The provider's own description. Its ID tokens are read only with a signature by one of its public keys. */
async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<Configuration> {
  const found = await discovery(
    new URL(issuer),
    clientId,
    { [clockTolerance]: CLOCK_S },
    clientSecret === undefined ? None() : ClientSecretBasic(clientSecret),
    {
      timeout: ANSWER_S,
      execute: [enableNonRepudiationChecks, ...(isLocal(issuer) ? [allowInsecureRequests] : [])],
    },
  );
  // The library takes an issuer with a slash at its end for the same; identities have its exact name.
  const named = found.serverMetadata().issuer;
  if (named !== issuer) throw new Error(`the provider calls itself ${named}`);
  return found;
}

/** Redeems the code that the provider sent along, and gives the checked claims of its ID token. */
async function redeem(
  provider: Configuration,
  came: URL,
  checks: AuthorizationCodeGrantChecks,
): Promise<IDToken> {
  const claims = (await authorizationCodeGrant(provider, came, checks)).claims();
  if (!claims) throw new Error("the provider sent no ID token");
  // The library asks for whom a token was authorised only where it is for several.
  const { client_id } = provider.clientMetadata();
  if (claims.azp !== undefined && claims.azp !== client_id)
    throw new Error("the ID token was authorised for another");
  return claims;
}

function toIdentity(claims: IDToken): Omit<ExternalIdentity, "accountId"> {
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    issuer: claims.iss,
    subject: claims.sub,
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
