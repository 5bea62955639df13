import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, type JWTPayload, SignJWT } from "jose";

/** Faults of the provider, for the next sign-ins. */
export interface Mischief {
  claims?: JWTPayload;
  /** Signs with a key that is not published. */
  foreignKey?: boolean;
  /** Signs with the client secret by HMAC. */
  hmac?: boolean;
  /** Signs by another algorithm than RS256. */
  algorithm?: string;
  /** Does not sign. */
  unsigned?: boolean;
  /** Refuses the code. */
  refuse?: boolean;
}

/** A small OpenID provider: a real HTTP server with keys of its own, that checks PKCE, client and code. */
export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  mischief: Mischief;
  /** Requests that came to the token endpoint. */
  exchanges: number;
  /** As a browser: follows the url, signs in as `user`, and is sent back. Returns the address. */
  visit(url: string, user: JWTPayload & { sub: string }): Promise<URL>;
  close(): Promise<void>;
}

interface Grant {
  user: JWTPayload & { sub: string };
  nonce: string;
  challenge: string;
  redirectUri: string;
}

/** Starts a provider on a free port. */
export async function startOidcProvider(): Promise<OidcProvider> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", use: "sig" }] };
  const [clientId, clientSecret] = ["roomkeep test", "s3cret/with+odd=letters and more"];
  const grants = new Map<string, Grant>();
  const users = new Map<string, JWTPayload & { sub: string }>();

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", provider.issuer);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/.well-known/openid-configuration") {
      return answer(200, {
        issuer: provider.issuer,
        authorization_endpoint: `${provider.issuer}/authorize`,
        token_endpoint: `${provider.issuer}/token`,
        jwks_uri: `${provider.issuer}/keys`,
        // As some do: one more algorithm than a client may take.
        id_token_signing_alg_values_supported: ["RS256", "HS256"],
      });
    }
    if (url.pathname === "/keys") return answer(200, jwks);
    if (url.pathname === "/authorize") {
      const sent = authorize(url);
      return sent
        ? response.writeHead(302, { location: sent }).end()
        : answer(400, { error: "invalid_request" });
    }
    if (url.pathname === "/token" && request.method === "POST") {
      provider.exchanges += 1;
      const grant = redeem(request, new URLSearchParams(await bodyOf(request)));
      if (!grant || provider.mischief.refuse) return answer(400, { error: "invalid_grant" });
      return answer(200, { access_token: "x", token_type: "Bearer", id_token: await idTokenFor(grant) });
    }
    return answer(404, {});
  });

  function authorize(url: URL): string | undefined {
    const asked = (key: string) => url.searchParams.get(key) ?? "";
    const user = users.get(asked("as"));
    const fits =
      asked("response_type") === "code" &&
      asked("client_id") === clientId &&
      asked("scope").split(" ").includes("openid") &&
      asked("code_challenge_method") === "S256";
    if (!user || !fits) return undefined;
    const code = randomBytes(16).toString("hex");
    const redirectUri = asked("redirect_uri");
    grants.set(code, { user, nonce: asked("nonce"), challenge: asked("code_challenge"), redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked("state"));
    back.searchParams.set("iss", provider.issuer);
    return back.href;
  }

  function redeem(request: IncomingMessage, form: URLSearchParams): Grant | undefined {
    const [, sent = ""] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const pair = new URLSearchParams(Buffer.from(sent, "base64").toString().replace(":", "="));
    if (pair.get(clientId) !== clientSecret) return undefined;
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const fits =
      form.get("grant_type") === "authorization_code" && form.get("redirect_uri") === grant?.redirectUri;
    return grant && fits && challenge === grant.challenge ? grant : undefined;
  }

  async function idTokenFor({ user, nonce }: Grant): Promise<string> {
    const { claims, foreignKey, hmac, unsigned, algorithm = hmac ? "HS256" : "RS256" } = provider.mischief;
    const now = Math.floor(Date.now() / 1000);
    const payload = {
      iss: provider.issuer,
      aud: clientId,
      iat: now,
      exp: now + 60,
      nonce,
      ...user,
      ...claims,
    };
    if (unsigned) {
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
      return `${part({ alg: "none" })}.${part(payload)}.`;
    }
    const key: KeyObject | Uint8Array = hmac
      ? new TextEncoder().encode(clientSecret)
      : foreignKey
        ? stranger.privateKey
        : privateKey;
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid: "one" }).sign(key);
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const provider: OidcProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId,
    clientSecret,
    mischief: {},
    exchanges: 0,
    async visit(url, user) {
      users.set(user.sub, user);
      const response = await fetch(`${url}&as=${encodeURIComponent(user.sub)}`, { redirect: "manual" });
      return new URL(response.headers.get("location") ?? "nowhere:");
    },
    close: () => new Promise((closed) => server.close(() => closed()).closeAllConnections()),
  };
  return provider;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
