import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { readAccount } from "../../accounts/accounts.ts";
import type { Auth } from "../../accounts/auth.ts";
import { byIdentity } from "../../accounts/identities.ts";
import type { Oidc } from "../../accounts/oidc.ts";
import { addressKey, openRateLimit } from "../../accounts/rate-limit.ts";
import { readStanding } from "../../moderation/standing.ts";
import { endpoint } from "./answer.ts";
import * as shapes from "./shapes.ts";

/** Dependencies of {@link identityEndpoints}; without `oidc` external sign-in is off. */
export interface IdentityParts {
  readonly ds: DataSource;
  readonly auth: Auth;
  readonly oidc: Oidc | undefined;
  /** How a banned player may object; empty. */
  readonly appeal: string;
  readonly log: Pick<BaseLogger, "warn">;
}

/** Sign-in by an external identity provider. */
export function identityEndpoints({ ds, auth, oidc, log, appeal }: IdentityParts) {
  const tried = openRateLimit(60, 300);
  const provider = () => {
    if (!oidc) throw new RoomkeepError("IDENTITY_OFF");
    return oidc;
  };
  const logged = (error: unknown): never => {
    if (error instanceof RoomkeepError && error.cause)
      log.warn({ err: error.cause }, "external sign-in failed");
    throw error;
  };
  return {
    readProvider: endpoint({
      method: "GET",
      path: "/v1/identity",
      summary: "The external identity provider of this server; null: there is none",
      result: z.object({ provider: z.object({ name: z.string() }).nullable() }),
      answer: () => ({ provider: oidc ? { name: oidc.name } : null }),
    }),
    beginIdentity: endpoint({
      method: "POST",
      path: "/v1/identity",
      summary: "Begin a sign-in by the provider: keep the binding, send the browser to the url",
      codes: ["IDENTITY_OFF", "IDENTITY_REFUSED"],
      result: z.object({ url: z.url(), binding: z.string() }),
      async answer({ token, address }) {
        await tried.spend(addressKey(address));
        // With an access token the identity upgrades that account or is linked to it.
        const caller = token === undefined ? undefined : await auth.current(token);
        return provider().begin(caller?.accountId).catch(logged);
      },
    }),
    identityReturn: endpoint({
      method: "GET",
      path: "/v1/identity/return",
      summary: "Return address of the provider: redirects to the page, which finishes. Changes nothing",
      status: 302,
      answer({ query }) {
        // A fragment is not sent to any server, and the page removes it from the address at once.
        const came = new URLSearchParams();
        for (const key of ["code", "state", "iss", "error"]) if (query[key]) came.set(key, query[key]);
        const headers = {
          location: `/#identity?${came}`,
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
        };
        return new Response(null, { status: 302, headers });
      },
    }),
    finishIdentity: endpoint({
      method: "POST",
      path: "/v1/identity/finish",
      summary: "Finish a sign-in by the provider, once, in the browser that began it",
      body: z.object({
        code: z.string().max(4_096),
        state: shapes.secret,
        binding: shapes.secret,
        iss: z.string().max(2_048).optional(),
      }),
      invalid: "IDENTITY_REFUSED",
      codes: ["IDENTITY_OFF", "IDENTITY_REFUSED", "IDENTITY_TAKEN"],
      result: shapes.tokens.extend({ account: shapes.account }),
      async answer({ body, address }) {
        await tried.spend(addressKey(address));
        const identity = await provider().finish(body).catch(logged);
        const { accountId } = await byIdentity(ds, identity);
        const pair = await auth.signIn(accountId, address);
        const standing = await readStanding(ds, accountId, appeal);
        return { ...pair, account: { ...(await readAccount(ds, accountId)), ...standing } };
      },
    }),
  };
}
