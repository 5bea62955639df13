import type { IncomingMessage, ServerResponse } from "node:http";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../../shared/index.ts";
import { hashOf } from "../../accounts/secrets.ts";
import { statusOf } from "../../http/api/answer.ts";
import { ADDRESS_HEADER } from "../../http/client-address.ts";
import type { PermissionTable } from "../../operations/permissions.ts";
import { answerWithin } from "../../storage/database.ts";
import { readCookie } from "../sign-in/cookie.ts";
import type { DeskGuard } from "../sign-in/desk-guard.ts";
import type { Stream } from "./stream.ts";

/** Path of the stream. */
export const STREAM_PATH = "/v1/admin/stream";

/** What the route of the stream needs. */
export interface StreamRoute {
  readonly ds: DataSource;
  readonly stream: Stream;
  readonly guard: DeskGuard;
  readonly permissions: PermissionTable;
  readonly idleMinutes: number;
}

/**
 * Answers `GET /v1/admin/stream` for who may look. It is no endpoint of the router, which cannot answer piece
 * by piece as fast as a reader reads.
 */
export function streamRoute({ ds, stream, guard, permissions, idleMinutes }: StreamRoute) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (typeof value === "string") headers.set(name, value);
    try {
      const session = await guard.admit({ headers, address: headers.get(ADDRESS_HEADER) ?? "" }, false);
      if (!permissions[session.role].has("look")) throw new RoomkeepError("ROLE_NEEDED");
      const token = readCookie(headers) ?? "";
      const reader = { id: session.accountId, isGood: () => isGood(ds, token, idleMinutes) };
      if (!stream.attach(response, reader)) throw new RoomkeepError("RATE_LIMITED");
    } catch (error) {
      const { code, message } =
        error instanceof RoomkeepError ? error : new RoomkeepError("DATABASE_UNAVAILABLE");
      response.writeHead(statusOf(code), { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify({ code, message }));
    }
  };
}

/** Whether a session is good still. A stream is no use of it: without requests it ends by idle time. */
async function isGood(ds: DataSource, token: string, idleMinutes: number): Promise<boolean> {
  const rows = await answerWithin(
    ds.query<unknown[]>(
      `SELECT 1 FROM operator_session AS session JOIN account ON account.id = account_id
       WHERE hash = $1 AND seen_at > now() - make_interval(mins => $2) AND session.role = account.role`,
      [hashOf(token), idleMinutes],
    ),
  );
  return rows.length > 0;
}
