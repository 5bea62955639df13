import { z } from "zod";
import { ROLES } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { endDeskSessions } from "../accounts/auth.ts";
import { removeTotp } from "../desk/sign-in/totp.ts";
import { makeWelcome } from "../desk/sign-in/welcome-code.ts";
import { accountBeneath } from "./accounts.ts";
import { defineOperation } from "./operation.ts";

const login = z.string().max(400).meta({ description: "name, e-mail address or id of the account" });

const shown = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(ROLES),
  totp: z.boolean().meta({ description: "has set up one-time passwords" }),
  seenAt: z.iso.datetime().nullable().meta({ description: "last request to the desk" }),
});

/** Lists those who have more than a player's role. */
export const listOperators = defineOperation({
  name: "operators.list",
  summary: "Who has more than a player's role",
  permission: "operators",
  kind: "read",
  params: z.object({}),
  result: z.object({ operators: z.array(shown) }),
  async run({ db }) {
    const rows = await db.query<(Omit<z.output<typeof shown>, "seenAt"> & { seen: Date | null })[]>(
      `SELECT account.id, COALESCE(name, account.id::text) AS name, account.role,
         bool_or(confirmed_at IS NOT NULL) AS totp, max(seen_at) AS seen
       FROM account LEFT JOIN operator_totp AS totp ON totp.account_id = account.id
         LEFT JOIN operator_session AS session ON session.account_id = account.id
       WHERE account.role <> 'player' GROUP BY account.id ORDER BY name LIMIT 1000`,
    );
    return { operators: rows.map(({ seen, ...row }) => ({ ...row, seenAt: seen?.toISOString() ?? null })) };
  },
  text: ({ operators }) =>
    operators.map(
      ({ name, role, totp, seenAt }) =>
        `${role.padEnd(10)} ${name}  ${totp ? "TOTP" : "-"}  ${seenAt ?? "-"}`,
    ),
});

/** Ends the sessions of an operator at the desk. */
export const signOutOperator = defineOperation({
  name: "operators.sign-out",
  summary: "End the sessions of an operator at the desk",
  permission: "operators",
  kind: "write",
  params: z.object({ login }),
  result: z.object({ id: z.uuid() }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run(context, { login }) {
    const { id } = await accountBeneath(context, login);
    await endDeskSessions(context.db, id);
    return { id };
  },
  text: () => ["Signed out at the desk."],
});

/** Takes an operator's authenticator away, who has lost it. */
export const removeOperatorTotp = defineOperation({
  name: "operators.remove-totp",
  summary: "Take the authenticator of an operator away who has lost it, and end the sessions",
  permission: "operators",
  kind: "write",
  params: z.object({ login }),
  result: z.object({ id: z.uuid() }),
  codes: ["ACCOUNT_UNKNOWN", "ACTION_REFUSED"],
  async run(context, { login }) {
    const { id } = await accountBeneath(context, login);
    if (!(await removeTotp(context.db, id)))
      throw new RoomkeepError("ACTION_REFUSED", "This account has no authenticator.");
    await endDeskSessions(context.db, id);
    return { id };
  },
  text: () => ["The password alone lets them in, until they set an authenticator up anew."],
});

/** Makes the link for an admin's account anew. */
export const welcomeAdmin = defineOperation({
  name: "operators.welcome",
  summary: "Make a link by which an admin's account is made, good once within 24 hours; an earlier one ends",
  permission: "operators",
  kind: "write",
  from: "command line",
  params: z.object({}),
  result: z.object({ path: z.string() }),
  async run({ db }) {
    return { path: `/admin#welcome=${await makeWelcome(db)}` };
  },
  text: ({ path }) => [`Open this at the server's address: ${path}`],
});
