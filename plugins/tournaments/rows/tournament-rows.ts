import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Cup } from "../rules/cup.ts";

/** What becomes of a tournament. */
export type TournamentState = "open" | "running" | "ended" | "cancelled";

/** A tournament whose row the transaction has locked. */
export interface LockedTournament {
  readonly id: string;
  readonly label: string;
  readonly rules: Cup;
  readonly state: TournamentState;
  readonly seed: string;
  /** Entries at the start, whose fees are the pot. */
  readonly paid: number;
  /** Registration goes on now, by the clock of the database. */
  readonly registers: boolean;
}

const COLUMNS = `id, label, rules, state, seed, paid,
  state = 'open' AND opens_at <= clock_timestamp() AND starts_at > clock_timestamp() AS registers`;

/**
 * Locks a tournament until the transaction ends, accounts and characters before it: nobody joins, and no
 * match ends meanwhile.
 *
 * @throws TOURNAMENT_UNKNOWN
 */
export async function lockTournament(db: Db, id: string): Promise<LockedTournament> {
  const [row] = await db.query<LockedTournament[]>(
    `SELECT ${COLUMNS} FROM tournament WHERE id = $1 FOR UPDATE`,
    [id],
  );
  if (!row) throw new RoomkeepError("TOURNAMENT_UNKNOWN");
  return row;
}

/** Locks one that has to begin or to end now, and that nobody else is at. */
export async function lockDue(db: Db): Promise<LockedTournament | undefined> {
  const [row] = await db.query<LockedTournament[]>(
    `SELECT ${COLUMNS} FROM tournament
     WHERE (state = 'open' AND starts_at <= clock_timestamp())
       OR (state = 'running' AND ends_at <= clock_timestamp())
     ORDER BY starts_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return row;
}

/** What the rows work with. */
export type RowServices = Pick<PluginServices, "db" | "transaction" | "ledger" | "log" | "incarnation">;

/** Accounts of a tournament, who are told of it. */
export async function accountsOf(db: Db, tournament: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    "SELECT account_id AS id FROM tournament_entry WHERE tournament_id = $1 AND account_id IS NOT NULL",
    [tournament],
  );
  return rows.map(({ id }) => id);
}
