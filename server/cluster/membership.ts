import { setTimeout as sleep } from "node:timers/promises";
import { CloseCode, matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import { CLOSE, RoomkeepError } from "../../shared/index.ts";
import { endsWithin } from "../../shared/internal.ts";
import type { MemoryWatch } from "../memory/memory-watch.ts";
import { SELF_FENCE_MS } from "../persistence/leases.ts";
import { type Heartbeats, openHeartbeats } from "./heartbeats.ts";
import { openLoadGauge } from "./load.ts";
import { type Movable, openMemoryRelief } from "./memory-relief.ts";
import { openPlacement } from "./placement.ts";
import { asMatchmakingError } from "./redis/redis-client.ts";
import type { Shared } from "./redis.ts";

/** Channel of drain requests; a message is the id of a process. */
export const DRAIN_CHANNEL = "roomkeep:drain";
/** Processes that stop within this time, ms, count as stopped together. */
const ALL_AT_ONCE_MS = 150;
/** Longest time, ms, for all rooms together to move; the rest of a shutdown needs time too. */
const MOVE_ALL_MS = 20_000;

/** This process's part in its cluster. */
export interface Membership {
  readonly members: Heartbeats;
  /** True: it takes no new rooms any more. */
  readonly isDraining: boolean;
  /**
   * Chooses the process for a new room.
   *
   * @param awayFrom a process that is chosen only if there is no other
   * @throws REDIS_UNAVAILABLE, as a matchmaking error
   */
  selectProcess(awayFrom?: unknown): Promise<string>;
  /** Other processes that live and take rooms. */
  others(): number;
  /** Takes no new rooms from now on, and moves open rooms with players to other processes. */
  drain(): Promise<void>;
  leave(): Promise<void>;
}

/** What {@link joinCluster} needs. */
export interface MembershipOptions {
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  readonly version: string;
  /** Name under which this process holds leases. */
  readonly incarnation: string;
  /** Machine and port, for operators: machine:port. */
  readonly address: string;
  /** Address for clients; undefined: the one of their request. */
  readonly publicAddress: string | undefined;
  readonly memory: Pick<MemoryWatch, "shortage" | "shares">;
  /** True: this process has as many rooms as it may have. */
  isFull(): boolean;
  /** The newest sample of its overview, for the other processes. */
  sample?(): unknown;
  /** Frees the leases of a dead process. Undefined: its database session lives. */
  freeLeases(incarnation: string): Promise<number | undefined>;
}

/** Joins the cluster. Call it once Colyseus knows the id of this process. */
export async function joinCluster(
  { link, driver, knowLiveness }: Shared,
  { log, freeLeases, isFull, sample, memory, ...who }: MembershipOptions,
): Promise<Membership> {
  let closed = false;
  let wasTight = false;
  const placement = openPlacement();
  const { processId } = matchMaker;
  const others = () => members.living().filter((one) => one.processId !== processId && !one.closed);
  const relieve = openMemoryRelief(
    () => (others().length > 0 && !closed ? movableOf(driver.ownIds(), log) : []),
    log,
  );
  const members: Heartbeats = openHeartbeats(link, {
    processId,
    log,
    load: openLoadGauge(
      who,
      () => {
        // New rooms open elsewhere first; rooms move when that was not enough.
        const tight = memory.shortage === "joins";
        // One heartbeat later: by then the others know that this process takes no rooms.
        if (wasTight || !tight) setImmediate(relieve, tight);
        wasTight = tight;
        return memory.shortage !== "none" || closed || isFull();
      },
      memory.shares,
      sample,
    ),
    async isGone({ processId, incarnation }) {
      // Three signs: it is silent, Redis has lost its subscriptions, and the database its session.
      const [, heard] = await link.send<[string, number]>("PUBSUB", "NUMSUB", link.name(`p:${processId}`));
      if (Number(heard) > 0) return false;
      const freed = await freeLeases(incarnation);
      if (freed) log.info({ processId, freed }, "leases of a dead process were freed");
      return freed !== undefined;
    },
    // A replica that has become the primary may lack what its own primary knew last.
    onHeard: async (wasAway) => closeReplaced(await driver.tellMissed(wasAway), log),
    async onSwept(frozenMs) {
      // After a shorter stall this process still has its leases: its rooms only have to be listed again.
      if (frozenMs >= SELF_FENCE_MS) closeAll(frozenMs, log);
      closeReplaced(await driver.tellMissed(true), log);
    },
  });
  knowLiveness(members.livenessOf);
  await members.beat();
  return {
    members,
    get isDraining() {
      return closed;
    },
    async selectProcess(awayFrom) {
      if (members.isAway()) throw asMatchmakingError(new RoomkeepError("REDIS_UNAVAILABLE"));
      const living = members.living();
      const elsewhere = living.filter((one) => one.processId !== awayFrom && !one.closed);
      return placement.choose(elsewhere.length > 0 ? elsewhere : living) ?? processId;
    },
    others: () => (members.isAway() ? 0 : others().length),
    async drain() {
      closed = true;
      await members.beat();
      // If all processes stop at once, no room should move to one whose drain is not known yet.
      await sleep(ALL_AT_ONCE_MS);
      await members.beat();
      // Without another process or Redis rooms cannot move: characters are saved where they are.
      if (others().length === 0 || members.isAway()) return;
      await moveRooms(driver.ownIds(), log);
    },
    leave: () => members.leave(),
  };
}

/** Rooms with players: empty ones close by themselves. */
function movableOf(roomIds: readonly string[], log: Pick<BaseLogger, "error" | "warn">): Movable[] {
  return roomIds.flatMap((roomId) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (!room || room.locked || room.clients.length === 0 || !("moveOut" in room)) return [];
    const move = async () => {
      await moveRooms([roomId], log);
      // Players who could not move are saved, and join again by matchmaking.
      await matchMaker.getLocalRoomById(roomId)?.disconnect(CloseCode.SERVER_SHUTDOWN);
    };
    return [{ roomId, players: room.clients.length, move }];
  });
}

/** Moves rooms, all at the same time: one that has not moved in time is closed here. */
async function moveRooms(roomIds: readonly string[], log: Pick<BaseLogger, "error" | "warn">): Promise<void> {
  const moving = roomIds.map(async (roomId) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (!room || !("moveOut" in room) || typeof room.moveOut !== "function") return;
    try {
      await room.moveOut();
    } catch (error) {
      log.error({ err: error, roomId }, "a room could not move; it closes here");
    }
  });
  if (!(await endsWithin(MOVE_ALL_MS, Promise.all(moving))))
    log.warn({}, "some rooms did not move in time; they close here");
}

/**
 * Closes the rooms after a long stall: others may have opened them meanwhile. A room without its lease closes
 * unsaved, and its players join anew.
 */
function closeAll(frozenMs: number, log: Pick<BaseLogger, "warn" | "error">): void {
  log.warn(
    { frozenMs: Math.round(frozenMs) },
    "this process stood still and counted as dead; its rooms close",
  );
  for (const closing of matchMaker.disconnectAll(CLOSE.FENCED)) closing.catch(noteUnclosed(log));
}

/** Closes rooms that another process has opened under the same code while this one stood still. */
function closeReplaced(roomIds: readonly string[], log: Pick<BaseLogger, "warn" | "error">): void {
  for (const roomId of roomIds) {
    log.warn({ roomId }, "another process has opened this room meanwhile; it closes here");
    matchMaker.getLocalRoomById(roomId)?.disconnect(CLOSE.FENCED).catch(noteUnclosed(log));
  }
}

const noteUnclosed = (log: Pick<BaseLogger, "error">) => (error: unknown) =>
  log.error({ err: error }, "a room did not close");
