import { z } from "zod";
import { ROLES } from "../../rooms/internal.ts";
import { setRole, startReset } from "../accounts/accounts.ts";
import { audited } from "../telemetry/audit.ts";
import { deedOf, defineOperation } from "./operation.ts";

/** Makes the one-time code with which the owner of an account sets a new password. */
export const resetPassword = defineOperation({
  name: "account.reset",
  params: z.object({ login: z.string() }),
  async run(desk, { login }) {
    const deed = deedOf(desk, `roomkeep account reset ${login}`);
    const { name, code } = await audited(desk.ds, deed, (db) => startReset(db, login));
    desk.print(`Reset code of ${name}, good once within 24 hours: ${code}`);
  },
});

/** Says what an account may do. */
export const giveRole = defineOperation({
  name: "account.role",
  params: z.object({ login: z.string(), role: z.enum(ROLES) }),
  async run(desk, { login, role }) {
    const deed = deedOf(desk, `roomkeep account role ${login} ${role}`);
    const { name } = await audited(desk.ds, deed, (db) => setRole(db, login, role));
    desk.print(`${name} is now ${role}.`);
  },
});
