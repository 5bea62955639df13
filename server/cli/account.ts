import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { deleteAccount } from "../accounts/account-deletion.ts";
import { type AccountExport, exportAccount } from "../accounts/account-export.ts";
import { accountIdOf, setRole, startReset } from "../accounts/accounts.ts";
import { readConfig } from "../config.ts";
import { migrate, openDatabase } from "../storage/database.ts";
import { openLog } from "../telemetry/log.ts";
import type { Command } from "./command.ts";

const ROLES = ["player", "moderator", "admin"] as const;

const help = `roomkeep account reset <name>
roomkeep account role <name> ${ROLES.join("|")}
roomkeep account export <name>
roomkeep account delete <name> --yes

reset prints a one-time code, good for 24 hours, with which the owner of the account sets a new password.
role says what an account may do: moderators and admins get their commands when they join next.
export prints all that is kept of the account, as JSON.
delete deletes it for good, with its characters and what they carry; the ledger keeps its sums under ids of nobody.
<name> is the account's name or e-mail address; for a guest, its id.

It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR, which has to be
free: stop the server first, or ask it as an admin by POST /v1/admin/password-resets.`;

/** `roomkeep account`: an operator's changes to one account. */
export const command: Command = {
  summary: "reset a password, give a role, export or delete an account",
  help,
  async run([action = "", name, third]) {
    const act = name === undefined ? undefined : readAction(action, name, third);
    if (!act) {
      console.error(help);
      process.exitCode = 2;
      return;
    }
    console.log(await onDatabase(act));
  },
};

/** What is done on the database. @returns what is printed */
type Action = (ds: DataSource) => Promise<string>;

function readAction(action: string, name: string, third: string | undefined): Action | undefined {
  const role = ROLES.find((one) => one === third);
  if (action === "role" && role)
    return async (ds) => `${(await setRole(ds.manager, name, role)).name} is now ${role}.`;
  if (action === "reset")
    return async (ds) => {
      const reset = await startReset(ds.manager, name);
      return `Reset code of ${reset.name}, good once within 24 hours: ${reset.code}`;
    };
  if (action === "export")
    return async (ds) => JSON.stringify(await exportWhole(ds, await accountIdOf(ds.manager, name)), null, 2);
  if (action === "delete" && third === "--yes")
    return async (ds) => {
      await deleteAccount(ds, await accountIdOf(ds.manager, name));
      return `${name} is deleted.`;
    };
  return undefined;
}

/** All parts of the ledger in one. */
async function exportWhole(ds: DataSource, accountId: string): Promise<AccountExport> {
  let part = await exportAccount(ds.manager, accountId);
  const ledger = [...part.ledger];
  while (part.nextLedger !== null) {
    part = await exportAccount(ds.manager, accountId, part.nextLedger);
    ledger.push(...part.ledger);
  }
  return { ...part, ledger };
}

async function onDatabase(act: Action): Promise<string> {
  const config = readConfig(process.env);
  const log = openLog("silent");
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log }).catch(
    (error: unknown) => {
      if (!(error instanceof RoomkeepError) || error.code !== "DATA_DIR_LOCKED") throw error;
      const hint = "Or ask the running server as an admin by POST /v1/admin/password-resets.";
      throw new RoomkeepError("DATA_DIR_LOCKED", `${error.message} ${hint}`, { cause: error });
    },
  );
  try {
    await migrate(database.ds);
    return await act(database.ds);
  } finally {
    await database.close();
  }
}
