import { z } from "zod";
import { ROLES } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { accountIdOf, readAccount, setRole, startReset } from "../accounts/accounts.ts";
import { deleteAccountIn } from "../accounts/privacy/account-deletion.ts";
import { type AccountExport, exportAccount } from "../accounts/privacy/account-export.ts";
import { accountExport } from "../http/api/shapes.ts";
import type { Db } from "../storage/database.ts";
import { defineOperation, type OperationContext } from "./operation.ts";
import { isAbove } from "./permissions.ts";

const login = z.string().max(400).meta({ description: "name, e-mail address or id of the account" });

/**
 * Finds an account that the operator may act on: one beneath them, or any for an admin. Otherwise whoever may
 * reset passwords could become an admin.
 *
 * @throws ACCOUNT_UNKNOWN, ROLE_NEEDED
 */
export async function accountBeneath(
  { db, by, concerns }: Pick<OperationContext, "db" | "by" | "concerns">,
  name: string,
): Promise<{ id: string; name: string | null }> {
  const account = await readAccount(db, await accountIdOf(db, name));
  concerns(account.id);
  if (!isAbove(by.role, account.role))
    throw new RoomkeepError("ROLE_NEEDED", "Only an admin acts on an account of one's own rank or above.");
  return account;
}

/** Makes the one-time code with which the owner of an account sets a new password. */
export const resetPassword = defineOperation({
  name: "account.reset",
  summary: "Make a one-time code with which the owner of an account sets a new password within 24 hours",
  permission: "accounts",
  kind: "write",
  params: z.object({ login }),
  result: z.object({ name: z.string(), code: z.string() }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run(context, { login }) {
    await accountBeneath(context, login);
    return startReset(context.db, login);
  },
  text: ({ name, code }) => [`Reset code of ${name}, good once within 24 hours: ${code}`],
});

/** Says what an account may do. */
export const giveRole = defineOperation({
  name: "account.role",
  summary: "Say what an account may do; it ends its sign-ins at the desk",
  permission: "operators",
  kind: "write",
  params: z.object({ login, role: z.enum(ROLES) }),
  result: z.object({ id: z.uuid(), name: z.string(), role: z.enum(ROLES) }),
  codes: ["ACCOUNT_UNKNOWN"],
  async run(context, { login, role }) {
    await accountBeneath(context, login);
    if (!isAbove(context.by.role, role)) throw new RoomkeepError("ROLE_NEEDED");
    const { id, name } = await setRole(context.db, login, role);
    context.after(() => context.accountChanged(id));
    return { id, name, role };
  },
  text: ({ name, role }) => [`${name} is now ${role}.`],
});

/** Prints all that is kept of an account, as JSON. */
export const exportAll = defineOperation({
  name: "account.export",
  summary: "All that is kept of an account",
  permission: "export",
  kind: "read",
  audited: true,
  // A long ledger is more than one answer over HTTP holds.
  from: "command line",
  params: z.object({ login }),
  result: accountExport,
  codes: ["ACCOUNT_UNKNOWN"],
  async run({ db, concerns }, { login }) {
    const id = await accountIdOf(db, login);
    concerns(id);
    return (await exportWhole(db, id)) as z.output<typeof accountExport>;
  },
});

/** Deletes an account for good. */
export const remove = defineOperation({
  name: "account.delete",
  summary: "Delete an account and all that belongs to it at once, without a grace time",
  permission: "delete",
  kind: "write",
  // Who is at the desk leaves time to think better of it: players.delete.
  from: "command line",
  params: z.object({ login }),
  result: z.object({ id: z.uuid(), deleted: z.string() }),
  codes: ["ACCOUNT_UNKNOWN", "CHARACTER_LIVE"],
  async run(context, { login }) {
    const { id } = await accountBeneath(context, login);
    await deleteAccountIn(context.db, id);
    context.after(() => context.accountChanged(id));
    return { id, deleted: login };
  },
  text: ({ deleted }) => [`${deleted} is deleted.`],
});

/** All parts of the ledger in one. */
async function exportWhole(db: Db, accountId: string): Promise<AccountExport> {
  let part = await exportAccount(db, accountId);
  const ledger = [...part.ledger];
  while (part.nextLedger !== null) {
    part = await exportAccount(db, accountId, part.nextLedger);
    ledger.push(...part.ledger);
  }
  return { ...part, ledger };
}
