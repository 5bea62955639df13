import { ErrorCode as ColyseusCode, ServerError } from "@colyseus/core";
import { RoomkeepError } from "../../shared/index.ts";

/**
 * Runs a step of joining. Colyseus carries a number and a text only for a refused join (the number becomes an
 * HTTP status), so our stable code travels in front of the text: see `readErrorCode`.
 */
export async function orJoinError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RoomkeepError)) throw error;
    const isRefusal = /^(TOKEN|TICKET)_/.test(error.code);
    const status = isRefusal ? ColyseusCode.AUTH_FAILED : ColyseusCode.APPLICATION_ERROR;
    throw new ServerError(status, `${error.code}: ${error.message}`, { cause: error });
  }
}
