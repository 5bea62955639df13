import { randomUUID } from "node:crypto";
import type { BaseLogger } from "pino";
import { Counter, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { CheatFlag, CheatPort } from "../../rooms/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import type { Retention } from "../storage/retention.ts";
import { openWriteQueue } from "../storage/write-queue.ts";

/** The flags of the cheat detection: the port that rooms get. */
export interface CheatFlags extends CheatPort {
  readonly retention: Retention;
  /** Writes all waiting flags. @throws DATABASE_UNAVAILABLE they go on waiting */
  flush(): Promise<void>;
  /** Writes all waiting flags and takes no more. */
  close(): Promise<void>;
}

/** A flag as the database has it. */
export interface CheatFlagRow extends CheatFlag {
  readonly id: string;
  /** When it was raised, by the clock of the process. */
  readonly at: Date;
}

/**
 * Opens the flags of the cheat detection: each is written with the last input frames, counted in the metrics,
 * and deleted after some days.
 */
export function openCheatFlags(
  ds: DataSource,
  log: Pick<BaseLogger, "error" | "warn">,
  registry: Registry,
  settings: CheatPort["settings"] & { readonly days: number },
): CheatFlags {
  const queue = openWriteQueue<CheatFlagRow>("cheat flags", (batch) => insertFlags(ds, batch), log);
  const raised = new Counter({
    name: "roomkeep_cheat_flags_total",
    help: "Players who were suspected of cheating, by game, greatest signal and action",
    labelNames: ["game", "signal", "action"],
    registers: [registry],
  });
  return {
    settings,
    retention: { table: "cheat_flag", column: "at", days: settings.days },
    flush: queue.flush,
    close: queue.close,
    raise(flag) {
      const { game, action, signals } = flag;
      const [signal = ""] = Object.keys(signals);
      raised.inc({ game, signal, action });
      queue.push({ ...flag, id: randomUUID(), at: new Date() });
    },
  };
}

/** The flag of an account that was deleted meanwhile is dropped. */
async function insertFlags(ds: DataSource, batch: readonly CheatFlagRow[]): Promise<void> {
  await ds.query(
    `INSERT INTO cheat_flag (id, at, account_id, character_id, game, room_id, score, action, signals, inputs)
     SELECT flag.id, at, account, "character", game, "roomId", score, action, signals, inputs
     FROM jsonb_to_recordset($1::jsonb) AS flag (id uuid, at timestamptz, account uuid, "character" uuid, game text,
       "roomId" text, score double precision, action text, signals jsonb, inputs jsonb)
     JOIN account ON account.id = flag.account
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(batch)],
  );
}

/** The last flags, newest first. @param last how many, 1 and up */
export async function readCheatFlags(db: Db, last: number): Promise<CheatFlagRow[]> {
  const rows = await answerWithin(
    db.query<CheatFlagRow[]>(
      `SELECT id, at, account_id AS account, character_id AS character, game, room_id AS "roomId", score, action,
         signals, inputs
       FROM cheat_flag ORDER BY at DESC, id LIMIT $1`,
      [last],
    ),
  );
  // The database orders the names of an object by their length.
  const greatestFirst = (signals: CheatFlagRow["signals"]) =>
    Object.fromEntries(Object.entries(signals).sort(([, a], [, b]) => b - a));
  return rows.map((row) => ({ ...row, signals: greatestFirst(row.signals) }));
}
