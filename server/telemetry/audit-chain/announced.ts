import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { answerWithin, type Db } from "../../storage/database.ts";
import { appendToChain } from "./chain.ts";
import { chainedOf, type Deed, entryOf } from "./deed.ts";

/** Minutes after which nobody finishes a deed any more: the process has died in it. */
const LOST_AFTER_MIN = 10;
const SWEPT_AT_ONCE = 100;

/**
 * Writes down that something privileged begins which belongs to no transaction, such as closing a room. If
 * the process dies before its outcome is known, {@link endAnnounced} makes its entry.
 *
 * @returns the id that its entry will have
 * @throws DATABASE_UNAVAILABLE it must not be done then
 */
export async function announceDeed(db: Db, deed: Deed): Promise<string> {
  const id = randomUUID();
  await answerWithin(
    db.query("INSERT INTO audit_announced (id, deed) VALUES ($1, $2)", [id, JSON.stringify(deed)]),
  );
  return id;
}

/** Deeds whose entries stand, in the transaction that wrote them. */
export async function forgetAnnounced(db: Db, ids: readonly string[]): Promise<void> {
  await db.query("DELETE FROM audit_announced WHERE id = ANY($1::uuid[])", [ids]);
}

/** Writes the entry of an announced deed. @throws DATABASE_UNAVAILABLE */
export async function finishAnnounced(
  ds: Pick<DataSource, "transaction">,
  id: string,
  deed: Deed,
  outcome: string,
): Promise<void> {
  const entry = chainedOf({ ...entryOf(deed, outcome), id, at: new Date() });
  await answerWithin(
    ds.transaction(async (db) => {
      await appendToChain(db, [entry], true);
      await forgetAnnounced(db, [id]);
    }),
  );
}

/**
 * Gives the announced deeds of dead processes their entries, with the outcome `unknown`: they may have been
 * done.
 *
 * @returns how many
 */
export function endAnnounced(ds: Pick<DataSource, "transaction">): Promise<number> {
  return answerWithin(
    ds.transaction(async (db) => {
      const lost = await db.query<{ id: string; at: Date; deed: Deed }[]>(
        `SELECT id, at, deed FROM audit_announced WHERE at < now() - make_interval(mins => $1)
         ORDER BY at LIMIT ${SWEPT_AT_ONCE} FOR UPDATE SKIP LOCKED`,
        [LOST_AFTER_MIN],
      );
      if (lost.length === 0) return 0;
      const entries = lost.map(({ id, at, deed }) =>
        chainedOf({ ...entryOf(deed, "unknown"), id, at: new Date(at) }),
      );
      await appendToChain(db, entries, true);
      await forgetAnnounced(
        db,
        lost.map(({ id }) => id),
      );
      return lost.length;
    }),
  );
}
