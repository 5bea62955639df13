import { exportAll, giveRole, remove, resetPassword } from "./accounts.ts";
import { makeBackup } from "./backups.ts";
import { listAudit, listEvents, verifyBooks } from "./books.ts";
import type { Operation } from "./operation.ts";
import { listAside, restoreZone, setAside } from "./zones.ts";

const all = [
  giveRole,
  resetPassword,
  exportAll,
  remove,
  makeBackup,
  listAudit,
  listEvents,
  verifyBooks,
  listAside,
  restoreZone,
  setAside,
];

/**
 * What a running server does for an operator, by name. Bringing a backup back is not: its rooms would write
 * on.
 */
export const OPERATIONS: ReadonlyMap<string, Operation<never>> = new Map(
  all.map((operation) => [operation.name, operation as Operation<never>]),
);
