import { type PluginRoute, route } from "roomkeep/server";
import { z } from "zod";
import { bankBody, bankLine, bankView, idIn, readQuery } from "../shapes.ts";
import type { Bank } from "./bank.ts";

const logQuery = z.object({
  before: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional()
    .meta({ description: "id of a line: older ones" }),
});
const booked = z.object({ coins: z.int(), repeated: z.boolean() });

/** Routes of the banks. */
export function bankRoutes(bank: Bank): Record<string, PluginRoute> {
  const book = (name: "deposit" | "withdraw", summary: string) =>
    route({
      method: "POST",
      path: `/v1/groups/:group/bank/${name}`,
      summary,
      body: bankBody,
      perMinute: 60,
      result: booked,
      codes: [
        "GROUP_UNKNOWN",
        "GROUP_STRANGER",
        "GROUP_PERMISSION",
        "CHARACTER_MISSING",
        "CHARACTER_DEAD",
        "NOT_ENOUGH",
        "NO_SPACE",
        "QUANTITY_INVALID",
        "REQUEST_REUSED",
        ...(name === "withdraw" ? (["GROUP_BANK_LIMIT"] as const) : []),
      ],
      answer: ({ caller, params, body: { character, ...asked } }) =>
        bank[name](caller.accountId, idIn(params, "group"), {
          ...asked,
          characterId: character.toLowerCase(),
        }),
    });
  return {
    readGroupBank: route({
      method: "GET",
      path: "/v1/groups/:group/bank",
      summary: "What the bank holds, and what the account may still take, for members",
      result: bankView,
      codes: ["GROUP_UNKNOWN", "GROUP_STRANGER"],
      answer: async ({ caller, params }) =>
        (await bank.view(caller.accountId, idIn(params, "group"))) as z.output<typeof bankView>,
    }),
    listGroupBankLog: route({
      method: "GET",
      path: "/v1/groups/:group/bank/log",
      summary: "Who put what into the bank and took it out, the newest first",
      documents: { query: logQuery },
      result: z.object({ lines: z.array(bankLine) }),
      codes: ["GROUP_UNKNOWN", "GROUP_STRANGER", "GROUP_PERMISSION"],
      async answer({ caller, params, query }) {
        const { before } = readQuery(logQuery, query);
        const lines = await bank.log(caller.accountId, idIn(params, "group"), before);
        return { lines: lines as z.output<typeof bankLine>[] };
      },
    }),
    depositInGroupBank: book(
      "deposit",
      "Put coins of a purse and items of a bag into the bank; a repeated request id books nothing",
    ),
    withdrawFromGroupBank: book(
      "withdraw",
      "Take coins and items out of the bank, items by mail; a repeated request id books nothing",
    ),
  };
}
