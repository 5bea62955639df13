import { z } from "zod";
import { ROLES } from "../../rooms/internal.ts";
import { accountIdOf, setRole, startReset } from "../accounts/accounts.ts";
import { deleteAccountIn } from "../accounts/privacy/account-deletion.ts";
import { type AccountExport, exportAccount } from "../accounts/privacy/account-export.ts";
import type { Db } from "../storage/database.ts";
import { audited } from "../telemetry/audit.ts";
import { deedOf, defineOperation } from "./operation.ts";

/** Makes the one-time code with which the owner of an account sets a new password. */
export const resetPassword = defineOperation({
  name: "account.reset",
  params: z.object({ login: z.string() }),
  async run(context, { login }) {
    const deed = deedOf(context, `roomkeep account reset ${login}`);
    const { name, code } = await audited(context.ds, deed, (db) => startReset(db, login));
    context.print(`Reset code of ${name}, good once within 24 hours: ${code}`);
  },
});

/** Says what an account may do. */
export const giveRole = defineOperation({
  name: "account.role",
  params: z.object({ login: z.string(), role: z.enum(ROLES) }),
  async run(context, { login, role }) {
    const deed = deedOf(context, `roomkeep account role ${login} ${role}`);
    const { id, name } = await audited(context.ds, deed, (db) => setRole(db, login, role));
    await context.accountChanged(id);
    context.print(`${name} is now ${role}.`);
  },
});

/** Prints all that is kept of an account, as JSON. */
export const exportAll = defineOperation({
  name: "account.export",
  params: z.object({ login: z.string() }),
  async run(context, { login }) {
    const deed = deedOf(context, `roomkeep account export ${login}`);
    const whole = await audited(context.ds, deed, async (db) =>
      exportWhole(db, await accountIdOf(db, login)),
    );
    context.print(JSON.stringify(whole));
  },
});

/** Deletes an account for good. */
export const remove = defineOperation({
  name: "account.delete",
  params: z.object({ login: z.string() }),
  async run(context, { login }) {
    const deed = deedOf(context, `roomkeep account delete ${login}`);
    const id = await audited(context.ds, deed, async (db) => {
      const found = await accountIdOf(db, login);
      await deleteAccountIn(db, found);
      return found;
    });
    await context.accountChanged(id);
    context.print(`${login} is deleted.`);
  },
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
