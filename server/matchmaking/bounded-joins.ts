import type { AuthContext, matchMaker } from "@colyseus/core";
import { RoomkeepError, readErrorCode } from "../../shared/index.ts";
import { withTimeout } from "../../shared/internal.ts";
import { asMatchmakingError } from "../cluster/redis/redis-client.ts";

/** Longest wait, ms, for a seat: a kept zone may wait ten seconds for what a dead process held. */
const SEAT_MS = 12_000;
/** How often a join that waits looks whether Redis is there, ms. */
const LOOK_MS = 200;
/** Who dropped comes back to a room of this process, which is known without Redis. */
const WITHOUT_REDIS = "reconnect";

/** Colyseus's way into matchmaking. */
export type Matchmaking = typeof matchMaker.controller.invokeMethod;

/** What {@link boundJoins} needs. */
export interface JoinBounds {
  /** True: Redis did not take the last heartbeat. */
  isAway(): boolean;
  /** Makes a ticket that was used for nothing usable again. */
  giveBack(ticket: string): Promise<void>;
}

/**
 * Bounds how long a join may wait for its seat: until Redis is away, and {@link SEAT_MS} at most. Several
 * steps of Colyseus wait for Redis, some of them for ever. A ticket that was used for nothing is given back.
 */
export function boundJoins(ask: Matchmaking, { isAway, giveBack }: JoinBounds): Matchmaking {
  return async (method, name, options, context?: AuthContext) => {
    const away = () => asMatchmakingError(new RoomkeepError("REDIS_UNAVAILABLE"));
    const mayWait = method === WITHOUT_REDIS;
    if (isAway() && !mayWait) throw away();
    let timer: NodeJS.Timeout | undefined;
    const turnedAway = new Promise<never>((_, reject) => {
      timer = setInterval(() => isAway() && !mayWait && reject(away()), LOOK_MS);
    });
    const late = () => asMatchmakingError(new RoomkeepError("JOIN_TIMEOUT")) as Error;
    try {
      return await withTimeout(SEAT_MS, Promise.race([ask(method, name, options, context), turnedAway]), {
        error: late,
      });
    } catch (error) {
      // If it cannot be given back, a new one is given for the asking.
      if (context?.token && isOurs(error)) await giveBack(context.token).catch(() => {});
      throw error;
    } finally {
      clearInterval(timer);
    }
  };
}

/** Whether a join failed because of this server's own trouble. */
function isOurs(error: unknown): boolean {
  const { code } = readErrorCode(error instanceof Error ? error.message : "");
  return code === "REDIS_UNAVAILABLE" || code === "JOIN_TIMEOUT";
}
