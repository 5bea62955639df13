import type { DataSource } from "typeorm";
import { OPERATIONS } from "../../../server/operations/index.ts";
import { readPermissions } from "../../../server/operations/permissions.ts";
import { noRooms } from "../../../server/operations/run/desk-rooms.ts";
import type { OperatorHost } from "../../../server/operations/run/operator-socket.ts";
import { IN_MEMORY } from "../../../server/storage/database.ts";
import { testLog } from "../databases.ts";

/** What operations are carried out on, without a server around it. */
export function operatorHost(ds: DataSource, more: Partial<OperatorHost> = {}): OperatorHost {
  return {
    ds,
    log: testLog,
    rooms: noRooms,
    permissions: readPermissions(),
    operations: OPERATIONS,
    config: { dataDir: IN_MEMORY, auditKey: undefined },
    where: "here",
    services: () => undefined,
    accountChanged: () => {},
    ...more,
  };
}
