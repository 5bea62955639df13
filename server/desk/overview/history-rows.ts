import { z } from "zod";
import { answerWithin, type Db } from "../../storage/database.ts";
import type { Retention } from "../../storage/retention.ts";
import { COARSE, FINE, type History } from "./history.ts";
import { type Merged, mergeSamples, type Sample, sampleShape } from "./sample.ts";

/** Milliseconds that a row covers. */
export const ROW_MS = 60_000;

interface Row {
  readonly process_id: string;
  readonly at: Date;
  readonly samples: readonly unknown[] | null;
  readonly merged: unknown;
  readonly merged_of: number;
}

/** Rows of samples, one a minute. */
export function rowsOf(samples: readonly Sample[]): { at: number; samples: Sample[]; merged: Merged }[] {
  const rows = new Map<number, Sample[]>();
  for (const sample of samples) {
    const at = Math.ceil(sample.at / ROW_MS) * ROW_MS;
    rows.set(at, [...(rows.get(at) ?? []), sample]);
  }
  return [...rows].flatMap(([at, some]) => {
    const merged = some.reduce<Merged | undefined>(
      (all, sample) => mergeSamples(all, { sample, of: 1 }),
      undefined,
    );
    return merged ? [{ at, samples: some, merged }] : [];
  });
}

/** Writes samples of a process in one statement; those that are there already stay. */
export async function writeHistory(db: Db, processId: string, samples: readonly Sample[]): Promise<void> {
  const rows = rowsOf(samples).map(({ at, samples, merged: { sample, of } }) => {
    return { at: new Date(at).toISOString(), samples, merged: sample, merged_of: of };
  });
  if (rows.length === 0) return;
  await answerWithin(
    db.query(
      `INSERT INTO metric_history (process_id, at, samples, merged, merged_of)
       SELECT $1, at, samples, merged, merged_of FROM jsonb_to_recordset($2::jsonb)
         AS row (at timestamptz, samples jsonb, merged jsonb, merged_of integer)
       ON CONFLICT (process_id, at) DO NOTHING`,
      [processId, JSON.stringify(rows)],
    ),
  );
}

/** Reads what processes wrote in the last `spanMs` into a history that may know some of it. */
export async function readHistory(db: Db, history: History, spanMs: number): Promise<void> {
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT process_id, at, merged, merged_of,
         CASE WHEN at > now() - make_interval(secs => $2) THEN samples END AS samples
       FROM metric_history WHERE at > now() - make_interval(secs => $1) ORDER BY at`,
      [spanMs / 1000, FINE.spanMs / 1000],
    ),
  );
  const many = z.array(sampleShape);
  for (const { process_id, samples, merged, merged_of } of rows) {
    const read = many.safeParse(samples);
    if (read.success) for (const sample of read.data) history.add(process_id, sample);
    else {
      const one = sampleShape.safeParse(merged);
      if (one.success) history.addMerged(process_id, { sample: one.data, of: merged_of });
    }
  }
}

/** Samples go after an hour, what they were merged to after a day. */
export const historyRetention: Retention = {
  async sweep(db) {
    await db.query(
      `UPDATE metric_history SET samples = NULL
       WHERE samples IS NOT NULL AND at < now() - make_interval(secs => $1)`,
      [(FINE.spanMs + 2 * ROW_MS) / 1000],
    );
    await db.query("DELETE FROM metric_history WHERE at < now() - make_interval(secs => $1)", [
      (COARSE.spanMs + 2 * ROW_MS) / 1000,
    ]);
  },
};
