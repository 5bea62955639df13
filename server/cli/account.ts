import { exportAll, giveRole, remove, resetPassword } from "../operations/accounts.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const ROLES = ["player", "moderator", "operator", "admin"] as const;

const help = `roomkeep account reset <name>
roomkeep account role <name> ${ROLES.join("|")}
roomkeep account export <name>
roomkeep account delete <name> --yes

reset prints a one-time code, good for 24 hours, with which the owner of the account sets a new password.
role says what an account may do: moderators and admins get their commands when they join next.
<name> is the account's name or e-mail address. Both are in the audit log.

${WHERE}`;

/** `roomkeep account`: an operator's changes to one account. */
export const command: Command = {
  summary: "reset a password, give a role, export or delete an account",
  help,
  async run([action, login, third]) {
    const role = ROLES.find((one) => one === third);
    if (login !== undefined && action === "reset") return operate(resetPassword, { login });
    if (login !== undefined && action === "role" && role) return operate(giveRole, { login, role });
    if (login !== undefined && action === "export") return operate(exportAll, { login });
    if (login !== undefined && action === "delete" && third === "--yes") return operate(remove, { login });
    console.error(help);
    process.exitCode = 2;
  },
};
