import type { Role } from "../../rooms/index.ts";
import type { AuditPort } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Asked } from "../http/api/answer.ts";
import { entryOf } from "../telemetry/audit-chain/deed.ts";

/** Such as `DELETE /v1/bans/4711`: what the body held may be secret. */
export function lineOf(method: string, path: string, { params }: Pick<Asked<unknown>, "params">): string {
  return `${method} ${path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? "")}`;
}

/**
 * Does what a privileged request asks for, and answers when its audit entry stands. @throws AUDIT_WAITING it
 * was done, and the entry waits
 */
export async function noted<T>(
  audit: AuditPort,
  { accountId: account, role }: { readonly accountId: string; readonly role: Role },
  line: string,
  work: () => Promise<T>,
): Promise<T> {
  const note = (outcome: string) =>
    audit.note(entryOf({ caller: account, role, account, line }, outcome)).catch((cause) => {
      throw new RoomkeepError("AUDIT_WAITING", undefined, { cause });
    });
  const result = await work().catch(async (error: unknown) => {
    await note(error instanceof RoomkeepError ? error.code : "failed");
    throw error;
  });
  await note("done");
  return result;
}
