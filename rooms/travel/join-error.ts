import { ErrorCode as ColyseusCode, ServerError } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";

/**
 * Runs a step of joining. Colyseus tells a refused join by a number and a text only (the number becomes an
 * HTTP status), so that our stable code travels in front of the text: see `readErrorCode`. The text of an
 * error that is no refusal is not for clients: it stays the cause of JOIN_FAILED.
 *
 * @param unexpected called with such an error, where nobody else notes it
 */
export async function orJoinError<T>(work: Promise<T>, unexpected?: (error: unknown) => void): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ServerError) throw error;
    if (!(error instanceof RoomkeepError)) unexpected?.(error);
    throw joinErrorOf(error);
  }
}

/** An error as Colyseus tells it to a client that wants to join, or to come back. */
export function joinErrorOf(error: unknown): ServerError {
  const told =
    error instanceof RoomkeepError ? error : new RoomkeepError("JOIN_FAILED", undefined, { cause: error });
  const isRefusal = /^(TOKEN|TICKET)_/.test(told.code);
  const status = isRefusal ? ColyseusCode.AUTH_FAILED : ColyseusCode.APPLICATION_ERROR;
  return new ServerError(status, `${told.code}: ${told.message}`, { cause: told });
}
