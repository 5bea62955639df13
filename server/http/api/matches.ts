import { z } from "zod";
import type { Auth } from "../../accounts/auth.ts";
import type { Matches } from "../../persistence/matches.ts";
import { endpoint } from "./answer.ts";

const match = z.object({
  code: z.string().meta({ description: "of its room: to join by, whether one is open or not" }),
  game: z.string(),
  phase: z.string(),
  changedAt: z.iso.datetime(),
  players: z.array(z.object({ name: z.string(), hasTurn: z.boolean(), isMe: z.boolean() })),
});

/** `GET /v1/matches`: "my games", the lasting matches in which the account has a seat. */
export function matchEndpoints(matches: Pick<Matches, "listOf">, auth: Auth) {
  return {
    listMatches: endpoint({
      method: "GET",
      path: "/v1/matches",
      summary: "The account's matches that are not over, at most 100: the last changed first",
      signedIn: true,
      result: z.object({ matches: z.array(match) }),
      async answer({ token }) {
        const { accountId } = await auth.caller(token);
        const own = await matches.listOf(accountId);
        return {
          matches: own.map(({ changedAt, players, ...one }) => ({
            ...one,
            changedAt: changedAt.toISOString(),
            players: [...players],
          })),
        };
      },
    }),
  };
}
