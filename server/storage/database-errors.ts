import { RoomkeepError } from "../../shared/index.ts";
import { codeOf } from "./innermost-cause.ts";

/** SQLSTATE classes 08 (connection), 53 (resources) and 57P (shutdown), and what the socket and pool say. */
const LOST = /^(08...|53...|57P..|25P03|ECONN.*|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)$/;
const LOST_TEXT =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection|connection error/i;
/**
 * TypeORM's words when a connection was lost between two statements of a transaction: the first has taken the
 * connection back, and the next says only that, without a code or a cause.
 */
const LOST_BETWEEN = new Set(["QueryRunnerAlreadyReleasedError", "QueryRunnerProviderAlreadyReleasedError"]);

/** Whether an error says that the database was away, and not that it refused. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof RoomkeepError) return false;
  return (
    LOST.test(codeOf(error)) || LOST_TEXT.test(error.message) || LOST_BETWEEN.has(error.constructor.name)
  );
}
