import { RoomkeepError } from "../../shared/index.ts";
import { setRole, startReset } from "../accounts/accounts.ts";
import { readConfig } from "../config.ts";
import { openDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { openLog } from "../telemetry/log.ts";
import type { Command } from "./command.ts";

const ROLES = ["player", "moderator", "admin"] as const;
type Role = (typeof ROLES)[number];

const help = `roomkeep account reset <name>
roomkeep account role <name> ${ROLES.join("|")}

reset prints a one-time code, good for 24 hours, with which the owner of the account sets a new password.
role says what an account may do: moderators and admins get their commands when they join next.
<name> is the account's name or e-mail address.

It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR, which has to be
free: stop the server first, or ask it as an admin by POST /v1/admin/password-resets.`;

/** `roomkeep account`: an operator's changes to one account. */
export const command: Command = {
  summary: "reset a password, give a role",
  help,
  async run([action, name, role]) {
    const known = ROLES.find((one) => one === role);
    if (name === undefined || (action !== "reset" && (action !== "role" || known === undefined))) {
      console.error(help);
      process.exitCode = 2;
      return;
    }
    console.log(await onDatabase(action === "role" && known ? { name, role: known } : { name }));
  },
};

async function onDatabase({ name, role }: { name: string; role?: Role }): Promise<string> {
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
    if (role !== undefined) return `${(await setRole(database.ds, name, role)).name} is now ${role}.`;
    const reset = await startReset(database.ds, name);
    return `Reset code of ${reset.name}, good once within 24 hours: ${reset.code}`;
  } finally {
    await database.close();
  }
}
