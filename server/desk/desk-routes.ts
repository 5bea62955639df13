import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { endpoint } from "../http/api/answer.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { readParams, readTexts } from "../operations/run/params.ts";
import { type OperationHost, perform } from "../operations/run/perform.ts";
import { type DeskGuard, operatorOf } from "./sign-in/desk-guard.ts";

/** Largest answer, bytes: one beyond the write buffer of the HTTP server (1 MiB) would never end. */
const BYTES_MAX = 1_000_000;

/** Where an operation is asked for: `/v1/admin/noun/verb`. */
export function pathOf({ name }: Pick<AnyOperation, "name">): string {
  return `/v1/admin/${name.replace(".", "/")}`;
}

/**
 * The routes of all operations: reads are GET with a query, writes POST with a body. Each is checked by the
 * guard before anything of the request is read.
 */
export function deskRoutes(
  operations: Iterable<AnyOperation>,
  { host, guard }: { readonly host: OperationHost; readonly guard: DeskGuard },
) {
  const offered = [...operations].filter(({ from = "everywhere" }) => from === "everywhere");
  return Object.fromEntries(offered.map((operation) => [idOf(operation), routeOf(operation, host, guard)]));
}

/** Operation id of the OpenAPI document: `adminZonesSetAside`. */
function idOf({ name }: AnyOperation): string {
  const words = name.split(/[.-]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `admin${words.join("")}`;
}

function routeOf(operation: AnyOperation, host: OperationHost, guard: DeskGuard) {
  const { summary, kind, params, result, codes = [], permission } = operation;
  const isWrite = kind === "write";
  const strict = params.strict();
  return endpoint<unknown, unknown>({
    method: isWrite ? "POST" : "GET",
    path: pathOf(operation),
    summary: `${summary} (permission: ${permission})`,
    session: true,
    codes,
    result,
    body: z.unknown(),
    documents: isWrite ? { body: strict } : { query: strict },
    async answer({ body, query, headers, address }) {
      const session = await guard.admit({ headers, address }, isWrite);
      const read = () => (isWrite ? readParams(params, body ?? {}) : readTexts(params, query));
      const answer = await perform(host, { operation, by: operatorOf(session), params: read });
      if (Buffer.byteLength(JSON.stringify(answer)) > BYTES_MAX)
        throw new RoomkeepError("MESSAGE_INVALID", "The answer is too large for one request: ask for less.");
      return answer;
    },
  });
}
