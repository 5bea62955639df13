import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin, type Db } from "../../storage/database.ts";
import { endSignIns } from "../auth.ts";
import { deleteAccount, deleteAccountIn } from "./account-deletion.ts";

/** Accounts that one sweep deletes at most, so that it holds nobody up. */
const AT_ONCE = 100;

/** Who wants an account deleted, and why. */
export interface DeletionOrder {
  /** Grace time; 0: it is deleted now. */
  readonly days: number;
  /** True: the owner, whose next sign-in undoes it. */
  readonly byPlayer: boolean;
  /** The operator; without an account by name. */
  readonly by?: { readonly accountId?: string | undefined; readonly name?: string | undefined };
  readonly reason?: string;
}

/**
 * Asks for the deletion of an account, within the caller's transaction: its sign-ins end at once, and it is
 * deleted when its grace time is over. Of two wishes the earlier end counts, and an operator's stays an
 * operator's. Whoever calls it lets the processes know that sign-ins have ended.
 *
 * @returns when it is deleted; null: it is already
 * @throws ACCOUNT_UNKNOWN
 * @throws CHARACTER_LIVE without a grace time, one of its characters is in a room
 */
export async function askDeletion(
  db: Db,
  accountId: string,
  wish: DeletionOrder,
): Promise<{ deleteAt: Date | null }> {
  const { days, byPlayer, by, reason = "" } = wish;
  if (days === 0) {
    await deleteAccountIn(db, accountId);
    return { deleteAt: null };
  }
  const rows = await answerWithin(
    db.query<{ delete_at: Date }[]>(
      `INSERT INTO account_deletion AS kept (account_id, delete_at, by_player, asked_by, asked_by_name, reason)
       SELECT id, now() + make_interval(days => $2), $3, $4, $5, $6 FROM account WHERE id = $1
       ON CONFLICT (account_id) DO UPDATE SET
         delete_at = LEAST(kept.delete_at, excluded.delete_at),
         by_player = kept.by_player AND excluded.by_player,
         asked_by = CASE WHEN excluded.by_player THEN kept.asked_by ELSE excluded.asked_by END,
         asked_by_name = CASE WHEN excluded.by_player THEN kept.asked_by_name ELSE excluded.asked_by_name END,
         reason = CASE WHEN excluded.by_player THEN kept.reason ELSE excluded.reason END
       RETURNING delete_at`,
      [accountId, days, byPlayer, by?.accountId ?? null, by?.accountId ? "" : (by?.name ?? ""), reason],
    ),
  );
  if (!rows[0]) throw new RoomkeepError("ACCOUNT_UNKNOWN");
  await endSignIns(db, accountId);
  return { deleteAt: rows[0].delete_at };
}

/** An operator keeps an account, whoever wanted it deleted. @throws DELETION_NONE */
export async function keepAccount(db: Db, accountId: string): Promise<void> {
  const [, count] = await answerWithin(
    db.query<[unknown, number]>("DELETE FROM account_deletion WHERE account_id = $1", [accountId]),
  );
  if (count !== 1) throw new RoomkeepError("DELETION_NONE");
}

/** Refuses to play with an account that waits for its end. @throws ACCOUNT_LEAVING */
export async function refuseLeaving(db: Db, accountId: string): Promise<void> {
  const [row] = await answerWithin(
    db.query<{ delete_at: Date }[]>("SELECT delete_at FROM account_deletion WHERE account_id = $1", [
      accountId,
    ]),
  );
  if (!row) return;
  const day = row.delete_at.toISOString().slice(0, 10);
  throw new RoomkeepError(
    "ACCOUNT_LEAVING",
    `This account is deleted on ${day}. Until then nobody plays with it.`,
  );
}

/** Deletes accounts whose grace time is over. One that is in a room after all waits. @returns how many */
export async function sweepDeletions(ds: DataSource, log?: Pick<BaseLogger, "info">): Promise<number> {
  const due = await answerWithin(
    ds.query<{ id: string }[]>(
      `SELECT account_id AS id FROM account_deletion WHERE delete_at <= now()
       ORDER BY delete_at LIMIT ${AT_ONCE}`,
    ),
  );
  let swept = 0;
  for (const { id } of due) {
    try {
      await deleteAccount(ds, id);
      swept++;
    } catch (error) {
      // Another process was quicker, or a character has not left its room yet.
      if (!(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE") throw error;
    }
  }
  if (swept > 0) log?.info({ accounts: swept }, "deleted accounts whose grace time was over");
  return swept;
}
