import { z } from "zod";
import { route } from "../../plugins/index.ts";
import type { RouteGuard } from "../../plugins/route.ts";
import type { LiveSettings } from "../../settings/live-settings.ts";

/** `GET /v1/flags`: what the flags of the page are for the account that asks, and nothing of their rules. */
export function flagEndpoints(live: Pick<LiveSettings, "flagOf" | "flags">, guard: RouteGuard) {
  const readFlags = route({
    method: "GET",
    path: "/v1/flags",
    summary: "The account's own values of the flags that are for pages",
    result: z.object({ flags: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])) }),
    answer: ({ caller }) => ({
      flags: Object.fromEntries(
        live
          .flags()
          .filter(({ page }) => page)
          .map(({ name }) => [name, live.flagOf(name, caller).value]),
      ),
    }),
  });
  return { readFlags: readFlags.open("readFlags", guard) };
}
