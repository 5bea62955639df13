import { randomUUID } from "node:crypto";
import { matchMaker } from "@colyseus/core";
import type { BaseLogger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import { type DeskAnswer, type KeepReason, type KeptRecordingPort, RING } from "../../rooms/internal.ts";
import { refuse } from "../../shared/index.ts";
import { answerWithin } from "../storage/database.ts";
import type { Retention } from "../storage/retention.ts";
import { type KeptScrubs, openKeptScrubs } from "./recording-scrubs.ts";

/** Longest wait for a room that keeps its last seconds, ms. */
const KEEP_MS = 5_000;

/** The recordings that were kept with a reason: the port that rooms get. */
export interface KeptRecordings extends KeptRecordingPort {
  readonly retention: Retention;
  /** Those that are looked at in this process. */
  readonly scrubs: KeptScrubs;
}

/** What {@link openKeptRecordings} needs. */
export interface KeptRecordingsOptions {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info" | "warn">;
  readonly registry: Registry;
  readonly replay: { readonly seconds: number; readonly maxBytes: number };
  readonly keptDays: number;
  readonly version: string;
  /** Of the page that is served. */
  build(): string;
}

/**
 * Opens the kept recordings. They are in the database, so that each process reaches those of all, and are
 * deleted after some days.
 */
export function openKeptRecordings(options: KeptRecordingsOptions): KeptRecordings {
  const { ds, log, registry, replay, keptDays: days, version } = options;
  exportRing(registry);
  const scrubs = openKeptScrubs(options);
  return {
    ...replay,
    scrubs,
    retention: { table: "kept_recording", column: "at", days },
    async write(kept) {
      const id = randomUUID();
      const { roomId, game, fromTick, toTick, from, to, reason, by, about = "", accounts, gzip } = kept;
      await answerWithin(
        ds.query(
          `INSERT INTO kept_recording (id, room_id, game, from_tick, to_tick, from_at, to_at, reason, by, about,
             account_ids, version, bytes, recording)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
          [
            ...[id, roomId, game, fromTick, toTick, from, to, reason, by, about],
            ...[accounts, version, gzip.length, Buffer.from(gzip)],
          ],
        ),
      );
      log.info(
        { id, roomId, game, by, reason, about, bytes: gzip.length },
        "a room's last seconds were kept",
      );
      return id;
    },
    async keepFor({ roomId }, why) {
      try {
        const answer = await askToKeep(roomId, why);
        if (answer.ok) return String(answer.id);
        log.warn({ roomId, ...why, code: answer.code }, `nothing was kept: ${answer.reason}`);
      } catch (err) {
        log.warn({ err, roomId, ...why }, "the room could not be asked to keep its last seconds");
      }
      return undefined;
    },
  };
}

async function askToKeep(roomId: string, why: KeepReason): Promise<DeskAnswer> {
  if (!(await matchMaker.driver.findOne({ roomId }))) return refuse("ROOM_UNKNOWN");
  const call: unknown = matchMaker.remoteRoomCall(
    roomId,
    "desk" as never,
    [{ ask: "keep", ...why }],
    KEEP_MS,
  );
  return (await call) as DeskAnswer;
}

function exportRing(registry: Registry): void {
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `roomkeep_replay_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge("bytes", "Bytes of memory in which rooms keep their last seconds", () => RING.bytes);
  gauge("rooms", "Rooms that keep their last seconds", () => RING.rooms);
}
