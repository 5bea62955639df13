import type { BaseLogger } from "pino";
import type { Registry } from "prom-client";
import { Gauge } from "prom-client";
import { type ErrorCode, RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** Least time between two log lines of the same refusal, ms: each join repeats it. */
const LOG_AGAIN_MS = 60_000;

/** A zone whose save this process could not open. */
export interface RefusedZone {
  readonly zone: string;
  /** SNAPSHOT_FOREIGN_KEY, SNAPSHOT_NEWER, SNAPSHOT_CORRUPT, ACTOR_UNKNOWN. */
  readonly code: ErrorCode;
}

/** The zones that refuse to open here, for operators. */
export interface RefusedZones {
  /** Logs why a zone's save cannot be opened. @returns the error of the join */
  refuse(zone: string, version: number, cause: unknown): RoomkeepError;
  /** Removes a zone that has opened. */
  forget(zone: string): void;
  /** Zones whose present save is still the refused one. */
  list(): Promise<RefusedZone[]>;
}

interface Refusal extends RefusedZone {
  readonly version: number;
  readonly loggedAt: number;
}

/** What an operator does about a save that cannot be opened, by why. */
export const WHAT_TO_DO: Partial<Record<ErrorCode, string>> = {
  SNAPSHOT_FOREIGN_KEY:
    "set ROOMKEEP_SEAL_KEY to the key that the save was sealed with; older keys follow the first, by commas",
  SNAPSHOT_NEWER: "run the version that wrote the save, or a later one",
  ACTOR_UNKNOWN: "run the version of the game that wrote the save, or add an upgrade to its format",
};
const LAST_WAY = (zone: string) =>
  `restore a backup, or begin anew deliberately, keeping this save: roomkeep zones quarantine set-aside ${zone}`;

/** Remembers the zones that this process refused to open. */
export function openRefusedZones(
  db: Db,
  log: Pick<BaseLogger, "error">,
  now: () => number = () => performance.now(),
): RefusedZones {
  const refused = new Map<string, Refusal>();
  return {
    refuse(zone, version, cause) {
      const code = cause instanceof RoomkeepError ? cause.code : "SNAPSHOT_CORRUPT";
      const known = refused.get(zone);
      const isNew =
        known?.code !== code || known.version !== version || now() - known.loggedAt >= LOG_AGAIN_MS;
      if (isNew) {
        refused.set(zone, { zone, code, version, loggedAt: now() });
        const todo = [WHAT_TO_DO[code], LAST_WAY(zone)].filter(Boolean).join("; or ");
        log.error(
          { zone, code, version, err: cause, todo },
          "a zone refuses to open; its save was left as it is",
        );
      }
      return new RoomkeepError("ZONE_SEALED", undefined, { cause });
    },
    forget: (zone) => void refused.delete(zone),
    async list() {
      if (refused.size === 0) return [];
      const sql = "SELECT key, version FROM zone_save WHERE key = ANY ($1::text[])";
      const asked = db.query<{ key: string; version: number }[]>(sql, [[...refused.keys()]]);
      const rows = await answerWithin(asked);
      const versions = new Map(rows.map(({ key, version }) => [key, version]));
      // Removes zones whose save was set aside or restored since, perhaps from another process.
      for (const { zone, version } of [...refused.values()]) {
        if (versions.get(zone) !== version) refused.delete(zone);
      }
      return [...refused.values()].map(({ zone, code }) => ({ zone, code }));
    },
  };
}

/** Exports how many zones refuse to open in this process, by reason. */
export function exportRefusedZones(registry: Registry, zones: Pick<RefusedZones, "list">): void {
  new Gauge({
    name: "roomkeep_zones_refused",
    help: "Zones that refuse to open because their save cannot be opened here, by reason",
    labelNames: ["reason"],
    registers: [registry],
    async collect() {
      // While the database is away the last count stays.
      const found = await zones.list().catch(() => undefined);
      if (!found) return;
      this.reset();
      for (const reason of ["SNAPSHOT_FOREIGN_KEY", "SNAPSHOT_NEWER", "SNAPSHOT_CORRUPT"])
        this.set({ reason }, 0);
      for (const { code } of found) this.inc({ reason: code });
    },
  });
}
