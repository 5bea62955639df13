import type { Role } from "../../rooms/index.ts";
import { type AuditPort, ROLES } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Auth } from "../accounts/auth.ts";
import { addressKey, type RateLimit } from "../accounts/rate-limit.ts";
import { type Asked, endpoint, type Question } from "../http/api/answer.ts";
import { lineOf, noted } from "./route-audit.ts";

/** Requests a minute of a route that sets no rate. */
const PER_MINUTE = 120;

/**
 * The account of a request, after its access token was checked. An ended sign-in or a role that was taken
 * back counts at once; for a player's `GET` as soon as the process hears of it, at the latest after
 * ROOMKEEP_CACHE_SECONDS.
 */
export interface RouteCaller {
  /** Whoever asks. */
  readonly accountId: string;
  /** Its present role. */
  readonly role: Role;
}

/** A route as a plugin describes it to {@link route}: place, shapes, least role, rate, and what answers. */
export interface RouteDefinition<Body, Result, Who extends Role | "anyone">
  extends Omit<Question<Body, Result>, "answer" | "signedIn"> {
  /** The least role that may call it. "anyone" needs no access token. Default "player". */
  readonly role?: Who;
  /** Requests a minute of one account, or of one address for "anyone". Default 120. */
  readonly perMinute?: number;
  /** Answers a request that passed role, rate and schema. What it throws as RoomkeepError is told by code. */
  answer(
    asked: Asked<Body> & { readonly caller: Who extends "anyone" ? undefined : RouteCaller },
  ): Promise<Result> | Result;
}

/** Sign-in and rate limits that a route is checked with. */
export interface RouteGuard {
  readonly auth: Pick<Auth, "current" | "recent">;
  /** Where privileged requests are written down before they are answered. */
  readonly audit: AuditPort;
  /** Opens the rate limit of one route. */
  limit(name: string, perMinute: number): RateLimit;
}

/** A route of a plugin, made by {@link route}, for the `routes` of its definition. */
export interface PluginRoute {
  /** Method and path, such as `GET /v1/guestbook`. */
  readonly place: string;
  /** Makes the endpoint of the operation `id`. For the framework. */
  open(id: string, guard: RouteGuard): ReturnType<typeof endpoint>;
}

/**
 * Declares a route of a plugin: role, rate limit and body are checked before `answer` runs, its
 * schemas are in `/v1/openapi.json`, and a `RoomkeepError` is answered with its code.
 *
 * @example
 * route({
 *   method: "GET",
 *   path: "/v1/guestbook",
 *   summary: "The latest entries",
 *   role: "anyone",
 *   result: z.object({ entries: z.array(z.string()) }),
 *   answer: async () => ({ entries: await guestbook.latest() }),
 * });
 */
export function route<Body, Result, Who extends Role | "anyone" = "player">(
  definition: RouteDefinition<Body, Result, Who>,
): PluginRoute {
  const { method, path, codes = [], perMinute = PER_MINUTE } = definition;
  const role: Role | "anyone" = definition.role ?? "player";
  const isPrivileged = method !== "GET" && role !== "anyone" && role !== "player";
  // What pages repeat and what changes nothing may rely on what was read a moment ago.
  const callerOf = method === "GET" && role === "player" ? "recent" : "current";
  return {
    place: `${method} ${path}`,
    open(id, { auth, limit, audit }) {
      const requests = limit(id, perMinute);
      const admit = async ({ token, address }: Asked<Body>): Promise<RouteCaller | undefined> => {
        if (role === "anyone") {
          await requests.spend(addressKey(address));
          return undefined;
        }
        const caller = await auth[callerOf](token);
        await requests.spend(caller.accountId);
        return caller;
      };
      return endpoint<Body, Result>({
        ...definition,
        signedIn: role !== "anyone",
        codes: role === "anyone" || role === "player" ? codes : [...codes, "ROLE_NEEDED"],
        async answer(asked) {
          const caller = await admit(asked);
          const answer = async () => {
            if (!mayAsk(caller, role)) throw new RoomkeepError("ROLE_NEEDED");
            return definition.answer({
              ...asked,
              caller: caller as Who extends "anyone" ? undefined : RouteCaller,
            });
          };
          return caller && isPrivileged
            ? noted(audit, caller, lineOf(method, path, asked), answer)
            : answer();
        },
      });
    },
  };
}

function mayAsk(caller: RouteCaller | undefined, role: Role | "anyone"): boolean {
  return role === "anyone" || (caller !== undefined && ROLES.indexOf(caller.role) >= ROLES.indexOf(role));
}
