import { setTimeout as sleep } from "node:timers/promises";
import { CloseCode, matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import { CLOSE, RoomkeepError } from "../../shared/index.ts";
import { endsWithin } from "../../shared/internal.ts";
import { SELF_FENCE_MS } from "../persistence/leases.ts";
import { type Heartbeats, openHeartbeats } from "./heartbeats.ts";
import { openLoadGauge, openPressure } from "./load.ts";
import { type Movable, openMemoryRelief } from "./memory-relief.ts";
import { openPlacement } from "./placement.ts";
import { asMatchmakingError } from "./redis/redis-client.ts";
import type { Shared } from "./redis.ts";

/** On this channel a process is asked to drain, by its id. */
export const DRAIN_CHANNEL = "roomkeep:drain";
/** Processes that are stopped within this time, ms, are stopped together. */
const ALL_AT_ONCE_MS = 150;
/** Longest time, ms, that all rooms together may take to move. The rest of a shutdown needs some too. */
const MOVE_ALL_MS = 14_000;

/** This process's part in its cluster. */
export interface Membership {
  readonly members: Heartbeats;
  /** The process that a new room is opened in. @throws REDIS_UNAVAILABLE, as matchmaking tells it */
  selectProcess(): Promise<string>;
  /** No new rooms here from now on; what is open moves to other processes, with whoever is in it. */
  drain(): Promise<void>;
  leave(): Promise<void>;
}

/** What {@link joinCluster} needs. */
export interface MembershipOptions {
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  readonly version: string;
  /** Name under which this process holds leases. */
  readonly incarnation: string;
  /** Where it runs, for people: machine:port. */
  readonly address: string;
  /** Under which clients reach it, if not by the address that they came by. */
  readonly publicAddress: string | undefined;
  /** True: this process has as many rooms as it may have. */
  isFull(): boolean;
  /** Frees what a dead process holds. */
  freeLeases(incarnation: string): Promise<number>;
}

/** Joins the cluster. Call it once Colyseus knows the id of this process. */
export async function joinCluster(
  { link, driver, knowDead }: Shared,
  { log, freeLeases, isFull, ...who }: MembershipOptions,
): Promise<Membership> {
  let closed = false;
  let wasTight = false;
  const placement = openPlacement();
  const isTight = openPressure(log);
  const { processId } = matchMaker;
  const others = () => members.living().filter((one) => one.processId !== processId && !one.closed);
  const relieve = openMemoryRelief(
    () => (others().length > 0 && !closed ? movableOf(driver.ownIds(), log) : []),
    log,
  );
  const members: Heartbeats = openHeartbeats(link, {
    processId,
    log,
    load: openLoadGauge(who, () => {
      const tight = isTight();
      // With the next heartbeat: by then all know that this one takes no rooms.
      if (wasTight || !tight) setImmediate(relieve, tight);
      wasTight = tight;
      return tight || closed || isFull();
    }),
    async onDeath(dead) {
      const freed = await freeLeases(dead.incarnation);
      if (freed > 0) log.info({ processId: dead.processId, freed }, "leases of a dead process were freed");
    },
    // A replica that has become the primary may lack what its own primary knew last.
    onHeard: (wasAway) => driver.tellMissed(wasAway),
    async onSwept(frozenMs) {
      // Leases are kept through a shorter stall: the rooms are this process's own, and only have to be listed again.
      if (frozenMs >= SELF_FENCE_MS) closeRooms(frozenMs, log);
      await driver.tellMissed(true);
    },
  });
  knowDead(members.isDead);
  await members.beat();
  return {
    members,
    async selectProcess() {
      if (members.isAway()) throw asMatchmakingError(new RoomkeepError("REDIS_UNAVAILABLE"));
      return placement.choose(members.living()) ?? processId;
    },
    async drain() {
      closed = true;
      await members.beat();
      // Where all are stopped at once, nobody shall move to one that is about to say so.
      await sleep(ALL_AT_ONCE_MS);
      await members.beat();
      // Alone, or without Redis, there is nowhere to go: everybody is saved where they are.
      if (others().length === 0 || members.isAway()) return;
      await moveRooms(driver.ownIds(), log);
    },
    leave: () => members.leave(),
  };
}

/** Rooms with somebody in them: the others close by themselves. */
function movableOf(roomIds: readonly string[], log: Pick<BaseLogger, "error" | "warn">): Movable[] {
  return roomIds.flatMap((roomId) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (!room || room.locked || room.clients.length === 0 || !("moveOut" in room)) return [];
    const move = async () => {
      await moveRooms([roomId], log);
      // Whoever could not go along is saved, and comes back into whichever room is open then.
      await matchMaker.getLocalRoomById(roomId)?.disconnect(CloseCode.SERVER_SHUTDOWN);
    };
    return [{ roomId, players: room.clients.length, move }];
  });
}

/** Rooms move at the same time, and none can hold the others: what has not moved in time is closed where it is. */
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
 * A process that stood still for too long comes back into a world that went on without it: its rooms may be open
 * elsewhere by now. They close, unsaved where the lease is gone, and their players join anew.
 */
function closeRooms(frozenMs: number, log: Pick<BaseLogger, "warn" | "error">): void {
  log.warn({ frozenMs: Math.round(frozenMs) }, "this process stood still and was given up; its rooms close");
  for (const closing of matchMaker.disconnectAll(CLOSE.FENCED)) {
    closing.catch((error) => log.error({ err: error }, "a room did not close"));
  }
}
