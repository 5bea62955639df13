import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

/** Legs of the ledger in one part of an export. */
export const LEGS_MAX = 2_000;
/** Most rows of each other table; the newest, where that is known. */
const ROWS_MAX = 1_000;
/** What proves who somebody is stays here, though only its hash is stored. */
const SECRET = /hash|secret|token|nonce|verifier/u;

/** All that is kept of an account. Times are ISO, names of columns as in the database. */
export interface AccountExport {
  readonly exportedAt: string;
  readonly account: Record<string, unknown>;
  readonly characters: readonly Record<string, unknown>[];
  /** Stacks in containers of the account's characters. */
  readonly items: readonly Record<string, unknown>[];
  /** Moves of their items and coins, the oldest first. */
  readonly ledger: readonly Record<string, unknown>[];
  /** Where the next part of the ledger begins; null: this is the last. */
  readonly nextLedger: string | null;
  /** Rows of all other tables that belong to the account or its characters, those of plugins too. */
  readonly more: Readonly<Record<string, readonly Record<string, unknown>[]>>;
}

/**
 * Exports an account.
 *
 * @param after leg of the ledger that the part before ended with; "0" begins
 * @throws ACCOUNT_UNKNOWN
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function exportAccount(db: Db, accountId: string, after = "0"): Promise<AccountExport> {
  const read = (sql: string, values: unknown[]) =>
    answerWithin(db.query<{ row: Record<string, unknown> }[]>(sql, values)).then((rows) =>
      rows.map(({ row }) => withoutSecrets(row)),
    );
  const [account] = await read("SELECT to_jsonb(account) AS row FROM account WHERE id = $1", [accountId]);
  if (!account) throw new RoomkeepError("ACCOUNT_UNKNOWN");
  const characters = await read(
    "SELECT to_jsonb(character) AS row FROM character WHERE account_id = $1 ORDER BY created_at",
    [accountId],
  );
  const ids = characters.map(({ id }) => String(id));
  // A container names its character; so does a purse.
  const names = ids.map((id) => `%${id}%`);
  const ledger = await read(
    `SELECT to_jsonb(ledger) AS row FROM ledger
     WHERE account LIKE ANY($1) AND seq > $2::bigint ORDER BY seq LIMIT ${LEGS_MAX}`,
    [names, /^\d{1,18}$/u.test(after) ? after : "0"],
  );
  return {
    exportedAt: new Date().toISOString(),
    account,
    characters,
    items: await read("SELECT to_jsonb(item) AS row FROM item WHERE container LIKE ANY($1)", [names]),
    ledger,
    nextLedger: ledger.length < LEGS_MAX ? null : String(ledger.at(-1)?.seq),
    more: await readMore(db, read, accountId, ids),
  };
}

/**
 * Tables that name several people: read below without those others, so that nobody learns from an export who
 * reported or judged them.
 */
const OF_OTHERS: ReadonlySet<string> = new Set([
  "ledger",
  "sanction",
  "player_note",
  "report",
  "account_deletion",
]);
/** `$1` is the account. */
const MODERATION = {
  sanction: `SELECT to_jsonb(t) - '{given_by,given_by_name,lifted_by,lifted_by_name}'::text[] AS row
    FROM sanction AS t WHERE account_id = $1 ORDER BY given_at DESC LIMIT ${ROWS_MAX}`,
  player_note: `SELECT to_jsonb(t) - '{written_by,written_by_name}'::text[] AS row
    FROM player_note AS t WHERE account_id = $1 ORDER BY at DESC LIMIT ${ROWS_MAX}`,
  /** What others wrote about the account, without the words and lines of theirs. */
  report: `SELECT jsonb_build_object('id', id, 'at', at, 'game', game, 'room_id', room_id, 'reason', reason,
      'state', state, 'outcome', outcome, 'decided_at', decided_at, 'sanction_id', sanction_id,
      'own_lines', (SELECT COALESCE(jsonb_agg(line), '[]') FROM jsonb_array_elements(chat) AS line
         WHERE line->>'character' = reported_character::text)) AS row
    FROM report WHERE reported_id = $1 ORDER BY at DESC LIMIT ${ROWS_MAX}`,
  report_made: `SELECT jsonb_build_object('id', id, 'at', at, 'game', game, 'room_id', room_id,
      'reporter_character', reporter_character, 'reported_name', reported_name, 'reason', reason, 'text', text,
      'state', state, 'outcome', outcome) AS row
    FROM report WHERE reporter_id = $1 ORDER BY at DESC LIMIT ${ROWS_MAX}`,
  account_deletion: `SELECT jsonb_build_object('asked_at', asked_at, 'delete_at', delete_at,
      'by_player', by_player) AS row FROM account_deletion WHERE account_id = $1`,
} as const;

type Read = (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>;

/**
 * Each table that points at accounts or characters, whoever made it. A table whose rows name several people
 * has a view `<table>_export` with a column `account_id`: that is read instead, so that nobody's export shows
 * what another one has said of them. The view outlives a plugin that was removed, as its table does.
 */
async function readMore(db: Db, read: Read, accountId: string, characterIds: readonly string[]) {
  const keys = await answerWithin(
    db.query<{ table: string; column: string; of: string; view: string | null }[]>(
      `SELECT key.conrelid::regclass::text AS "table", quote_ident(attname) AS "column",
         key.confrelid::regclass::text AS "of", to_regclass(key.conrelid::regclass::text || '_export')::text AS view
       FROM pg_constraint AS key JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
       WHERE contype = 'f' AND confrelid IN ('account'::regclass, 'character'::regclass)
         AND conrelid <> 'character'::regclass AND array_length(conkey, 1) = 1
       ORDER BY 1, 2`,
    ),
  );
  const more: Record<string, Record<string, unknown>[]> = {};
  for (const { table, column, of, view } of keys) {
    if (table in more || OF_OTHERS.has(table)) continue; // it names both: the first way finds its rows
    if (view) {
      more[table] = await read(
        `SELECT to_jsonb(t) AS row FROM ${view} AS t WHERE account_id = $1 LIMIT ${ROWS_MAX}`,
        [accountId],
      );
      continue;
    }
    more[table] = await read(
      `SELECT to_jsonb(t) AS row FROM ${table} AS t WHERE ${column} = ANY($1::uuid[]) LIMIT ${ROWS_MAX}`,
      [of === "account" ? [accountId] : characterIds],
    );
  }
  for (const [name, sql] of Object.entries(MODERATION)) more[name] = await read(sql, [accountId]);
  more.audit_entry = await read(
    `SELECT to_jsonb(audit_entry) AS row FROM audit_entry WHERE account_id = $1
     ORDER BY at DESC LIMIT ${ROWS_MAX}`,
    [accountId],
  );
  return more;
}

const withoutSecrets = (row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !SECRET.test(column)));
