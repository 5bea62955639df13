import { setTimeout as sleep } from "node:timers/promises";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import type { ZoneClaim, ZonePort, ZoneSaved } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { ZONE_SAVE_MS } from "../../shared/internal.ts";
import { answerWithin } from "../storage/database.ts";
import { acquireLease, PendingWork } from "./acquire-lease.ts";
import { type Leases, openLeases } from "./leases.ts";
import { openRefusedZones, type RefusedZone } from "./refused-zones.ts";
import type { SnapshotCodec } from "./snapshot-codec.ts";
import * as rows from "./zone-rows.ts";

/** Options of {@link openZones}. */
export interface ZoneOptions {
  /** Unique per boot of this process. */
  incarnation: string;
  log: Pick<BaseLogger, "info" | "warn" | "error">;
  /** Compresses, and encrypts where there is a key. */
  seal: SnapshotCodec;
  /** Default {@link ZONE_SAVE_MS}. */
  saveEveryMs?: number;
  /**
   * True for a database of this process alone: leases found at the start belong to dead processes and are
   * freed.
   */
  exclusive?: boolean;
  /** A steady clock in ms. */
  now?: () => number;
  /** Waits `ms`. */
  wait?: (ms: number) => Promise<void>;
  /** False leaves renewal to the caller of {@link Zones.leases}: for tests. */
  timers?: boolean;
}

/** The persistent zones of a process: the port that rooms get, and its leases. */
export interface Zones extends ZonePort {
  readonly leases: Leases;
  /** Zones that refuse to open, because this process could not open their save. */
  refused(): Promise<RefusedZone[]>;
  /** Stops renewing, waits for saves under way and frees the remaining leases, unsaved. */
  close(): Promise<void>;
}

/**
 * Opens the persistent zones of a process.
 *
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 * @example
 * const zones = await openZones(database.ds, { incarnation, log, seal: createSnapshotCodec({ keys }) });
 */
export async function openZones(ds: DataSource, options: ZoneOptions): Promise<Zones> {
  const { incarnation, log, seal, saveEveryMs = ZONE_SAVE_MS } = options;
  const { now = () => performance.now(), wait = sleep } = options;
  const leases = openLeases(ds, { ...options, what: "zone", renewRows: rows.renewZones });
  const refused = openRefusedZones(ds, log);
  const handed = new Set<string>();
  const pending = new PendingWork();
  let closed = false;

  if (options.exclusive) {
    const freed = await answerWithin(rows.freeZones(ds, null));
    if (freed > 0) log.info({ zones: freed }, "freed zones that an earlier crash had left claimed");
  }

  const heldOf = ({ zone, epoch }: Pick<ZoneClaim, "zone" | "epoch">) => ({
    key: zone,
    owner: incarnation,
    epoch,
  });

  function acquire(zone: string, roomId: string): Promise<number> {
    return acquireLease({
      incarnation,
      now,
      wait,
      holder: () => rows.zoneHolder(ds, zone),
      claim: () => rows.claimZone(ds, zone, incarnation, roomId, handed.has(zone)),
      held: (epoch, sentAt) => leases.hold(zone, epoch, sentAt),
      isClosed: () => closed,
      refusal: (holder) =>
        new RoomkeepError("ZONE_CLAIMED", `The zone ${zone} is open in room ${holder?.room_id}.`),
    });
  }

  async function load(zone: string, open: (saved: ZoneSaved) => void): Promise<void> {
    const row = await answerWithin(rows.savedZone(ds, zone));
    try {
      if (row)
        open({ content: seal.open(row.snapshot).toString(), version: row.version, savedAt: row.saved_at });
    } catch (error) {
      throw refused.refuse(zone, row?.version ?? 0, error);
    }
    refused.forget(zone);
  }

  async function write(claim: ZoneClaim, content: string, giveUp: boolean): Promise<"saved" | "fenced"> {
    const { zone, epoch } = claim;
    const sentAt = now();
    const saved = await pending.add(
      answerWithin(rows.saveZone(ds, heldOf(claim), seal.seal(content), giveUp)),
    );
    if (!saved) leases.lose(zone, epoch, "a save was fenced");
    else if (giveUp) leases.drop(zone, epoch);
    else leases.touch(zone, epoch, sentAt);
    return saved ? "saved" : "fenced";
  }

  return {
    saveEveryMs,
    leases,
    refused: refused.list,
    async claim(zone, { roomId, open }) {
      const epoch = await acquire(zone, roomId);
      const fresh = handed.delete(zone);
      try {
        if (!fresh) await load(zone, open);
        return { zone, epoch };
      } catch (error) {
        leases.drop(zone, epoch);
        await answerWithin(rows.freeZone(ds, heldOf({ zone, epoch }))).catch(() => {}); // else it runs out
        throw error;
      }
    },
    async save(claim, content) {
      if (!leases.holds(claim.zone, claim.epoch)) return "fenced";
      return write(claim, content, false);
    },
    async release(claim, content) {
      if (content !== undefined) return write(claim, content, true);
      leases.drop(claim.zone, claim.epoch);
      return (await pending.add(answerWithin(rows.freeZone(ds, heldOf(claim))))) ? "saved" : "fenced";
    },
    handOver: ({ zone }) => void handed.add(zone),
    onFenced: leases.onLost,
    async close() {
      if (closed) return;
      closed = true;
      await pending.settled();
      leases.stop();
      const left = await answerWithin(rows.freeZones(ds, incarnation));
      if (left > 0) log.warn({ zones: left }, "zones were still claimed at the end; freed unsaved");
    },
  };
}
