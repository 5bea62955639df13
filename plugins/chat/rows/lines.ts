import type { Db } from "roomkeep/server";
import type { ChannelName } from "../kind.ts";
import type { ShownLine } from "../live/line-list.ts";

/** Highest number there can be. */
const NUMBER_MAX = Number.MAX_SAFE_INTEGER;

/** A line to be written. */
export interface NewLine extends ChannelName {
  readonly accountId: string;
  readonly characterId: string;
  readonly name: string;
  readonly text: string;
  /** What the writer calls it: a repetition is the same line. */
  readonly request: string;
  /** Seconds for which it is kept. */
  readonly keepS: number;
  readonly linesMax: number;
  /** Seconds between lines of one account, where no operator has set others. */
  readonly slowS: number;
  /** The other one of a channel of two. */
  readonly partner: string | undefined;
}

/** A line that is in the database. */
export interface WrittenLine {
  readonly n: number;
  readonly text: string;
  /** ISO. */
  readonly at: string;
}

/** What a writer is told. */
export interface Written extends WrittenLine {
  /** The request was written before; this is what was answered then. */
  readonly repeated: boolean;
}

/**
 * Writes a line in one statement. The row of the channel gives its number and is locked to the end, so that
 * lines are seen in the order of their numbers, and one that fails leaves no gap. The accounts are locked
 * first: one that is being deleted either has the line, or has no row any more.
 *
 * @returns undefined: slow mode refuses it, an account is gone, or the request was written already
 */
export async function insertLine(db: Db, line: NewLine): Promise<WrittenLine | undefined> {
  const { kind, id, accountId, characterId, name, text, request, keepS, linesMax, slowS, partner } = line;
  try {
    const [row] = await db.query<{ n: string; at: Date }[]>(
      `WITH people AS (
         SELECT account.id FROM account WHERE account.id IN ($3::uuid, $11::uuid) FOR KEY SHARE
       ), mine AS (
         INSERT INTO chat_reader AS r (account_id, kind, id, read_n, wrote_at)
         SELECT $3::uuid, $1, $2,
           COALESCE((SELECT c.last_n FROM chat_channel AS c WHERE c.kind = $1 AND c.id = $2), 0), clock_timestamp()
         WHERE (SELECT count(*) FROM people) = CASE WHEN $11::uuid IS NULL THEN 1 ELSE 2 END
         ON CONFLICT (account_id, kind, id) DO UPDATE SET wrote_at = excluded.wrote_at
           WHERE r.wrote_at IS NULL OR ${SLOW} = 0
             OR r.wrote_at <= excluded.wrote_at - make_interval(secs => ${SLOW})
         RETURNING 1
       ), next AS (
         INSERT INTO chat_channel AS c (kind, id, last_n, lines_max, low_id, high_id)
         SELECT $1, $2, 1, $9::integer, CASE WHEN $11::uuid IS NOT NULL THEN LEAST($3::uuid, $11::uuid) END,
           CASE WHEN $11::uuid IS NOT NULL THEN GREATEST($3::uuid, $11::uuid) END
         FROM mine
         ON CONFLICT (kind, id) DO UPDATE
           SET last_n = c.last_n + 1, lines_max = excluded.lines_max, written_at = now()
         RETURNING c.last_n
       ), theirs AS (
         INSERT INTO chat_reader (account_id, kind, id)
         SELECT $11::uuid, $1, $2 FROM next WHERE $11::uuid IS NOT NULL ON CONFLICT DO NOTHING
       )
       INSERT INTO chat_line (kind, id, n, rev, account_id, character_id, name, text, request, expires_at)
       SELECT $1, $2, last_n, last_n, $3::uuid, $4::uuid, $5, $6, $7::uuid, now() + make_interval(secs => $8::float8)
       FROM next RETURNING n, at`,
      [kind, id, accountId, characterId, name, text, request, keepS, linesMax, slowS, partner ?? null],
    );
    return row && { n: Number(row.n), text, at: row.at.toISOString() };
  } catch (error) {
    // Sent twice at the same time: the other one has written it.
    if (error instanceof Error && error.message.includes("chat_line_request_key")) return undefined;
    throw error;
  }
}

/** Seconds of slow mode: what an operator has set, else `$10`. */
const SLOW =
  "COALESCE((SELECT c.slow_s FROM chat_channel AS c WHERE c.kind = $1 AND c.id = $2), $10::integer)";

/** The line of a request of an account; undefined: it was not written. */
export async function lineOfRequest(
  db: Db,
  accountId: string,
  request: string,
): Promise<(WrittenLine & ChannelName) | undefined> {
  const [row] = await db.query<{ kind: string; id: string; n: string; text: string; at: Date }[]>(
    "SELECT kind, id, n, text, at FROM chat_line WHERE account_id = $1 AND request = $2",
    [accountId, request],
  );
  return row && { ...row, n: Number(row.n), at: row.at.toISOString() };
}

/** Seconds until slow mode takes the next line of an account; 0: now. */
export async function slowLeftS(
  db: Db,
  { kind, id }: ChannelName,
  accountId: string,
  slowS: number,
): Promise<number> {
  const [row] = await db.query<{ left: number }[]>(
    `SELECT COALESCE(c.slow_s, $4::integer) - extract(epoch FROM clock_timestamp() - r.wrote_at)::float8 AS left
     FROM chat_reader AS r JOIN chat_channel AS c USING (kind, id)
     WHERE r.account_id = $3 AND r.kind = $1 AND r.id = $2 AND r.wrote_at IS NOT NULL`,
    [kind, id, accountId, slowS],
  );
  return Math.max(0, Math.ceil(row?.left ?? 0));
}

/** A change of a line: another text, or its deletion. */
export interface LineChange extends ChannelName {
  readonly n: number;
  /** Undefined: it is deleted, and its text is gone. */
  readonly text: string | undefined;
  /** Whose it must be, and how many minutes old at most; undefined: a moderator changes it. */
  readonly own: { readonly accountId: string; readonly withinMinutes: number } | undefined;
}

/**
 * Changes a line. It gets the next number of its channel, so that who has read it hears of it. A line that is
 * deleted stays so.
 *
 * @returns the channel's number then; undefined: there is no such line that may be changed so
 */
export async function changeLine(db: Db, change: LineChange): Promise<number | undefined> {
  const { kind, id, n, text, own } = change;
  const may = `l.kind = $1 AND l.id = $2 AND l.n = $3::bigint AND l.deleted_at IS NULL AND ($5::uuid IS NULL
    OR (l.account_id = $5::uuid AND l.at > now() - make_interval(mins => $6::integer)))`;
  const [row] = await db.query<{ last: string }[]>(
    `WITH next AS (
       UPDATE chat_channel AS c SET last_n = c.last_n + 1
       WHERE c.kind = $1 AND c.id = $2 AND EXISTS (SELECT 1 FROM chat_line AS l WHERE ${may})
       RETURNING c.last_n
     ), changed AS (
       UPDATE chat_line AS l SET rev = next.last_n, text = COALESCE($4::text, ''),
         edited_at = CASE WHEN $4::text IS NULL THEN l.edited_at ELSE now() END,
         deleted_at = CASE WHEN $4::text IS NULL THEN now() END
       FROM next WHERE ${may} RETURNING l.rev
     ) SELECT rev AS last FROM changed`,
    [kind, id, n, text ?? null, own?.accountId ?? null, own?.withinMinutes ?? 0],
  );
  return row && Number(row.last);
}

interface Row {
  n: string;
  rev: string;
  account_id: string;
  character_id: string;
  name: string;
  text: string;
  at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

/** A line with what moderators need of it. */
export interface KeptLine extends ShownLine {
  readonly character: string;
}

const COLUMNS = "l.n, l.rev, l.account_id, l.character_id, l.name, l.text, l.at, l.edited_at, l.deleted_at";

const lineOf = (row: Row): KeptLine => ({
  n: Number(row.n),
  rev: Number(row.rev),
  account: row.account_id,
  character: row.character_id,
  name: row.name,
  text: row.text,
  at: row.at.toISOString(),
  edited: row.edited_at !== null,
  deleted: row.deleted_at !== null,
});

/** A line without what its readers need not know. */
export const shownOf = ({ character: _, ...line }: KeptLine): ShownLine => line;

/** What was written or changed after a number, in the order of the changes. */
export async function readAfter(
  db: Db,
  { kind, id }: ChannelName,
  after: number,
  limit: number,
): Promise<KeptLine[]> {
  const rows = await db.query<Row[]>(
    `SELECT ${COLUMNS} FROM chat_line AS l
     WHERE kind = $1 AND id = $2 AND rev > $3::bigint AND expires_at > now() ORDER BY rev LIMIT $4`,
    [kind, id, after, limit],
  );
  return rows.map(lineOf);
}

/** Lines of a channel, the newest of those before a number, and the channel's own number at that moment. */
export async function readPage(
  db: Db,
  { kind, id }: ChannelName,
  page: { before?: number | undefined; limit: number; hidden: Iterable<string>; withinS?: number },
): Promise<{ lines: KeptLine[]; last: number; more: boolean }> {
  const { before = NUMBER_MAX, limit, hidden, withinS } = page;
  // One statement is one view of the database: no line is between the page and the number.
  const rows = await db.query<(Omit<Row, "n"> & { n: string | null; last_n: string })[]>(
    `SELECT c.last_n, l.* FROM chat_channel AS c LEFT JOIN LATERAL (
       SELECT ${COLUMNS} FROM chat_line AS l
       WHERE l.kind = c.kind AND l.id = c.id AND l.n < $3::bigint AND l.expires_at > now()
         AND l.account_id <> ALL($5::uuid[])
         AND ($6::float8 IS NULL OR l.at > now() - make_interval(secs => $6::float8))
       ORDER BY l.n DESC LIMIT $4) AS l ON true
     WHERE c.kind = $1 AND c.id = $2`,
    [kind, id, before, limit + 1, [...hidden], withinS ?? null],
  );
  const found = rows.flatMap(({ n, ...row }) => (n === null ? [] : [lineOf({ ...row, n })]));
  return {
    lines: found.slice(0, limit).sort((a, b) => a.n - b.n),
    last: Number(rows[0]?.last_n ?? 0),
    more: found.length > limit,
  };
}

/** The last numbers of channels; those without a line are left out. */
export async function readLast(
  db: Db,
  channels: readonly ChannelName[],
): Promise<(ChannelName & { last: number })[]> {
  const rows = await db.query<(ChannelName & { last_n: string })[]>(
    `SELECT kind, id, last_n FROM chat_channel
     JOIN unnest($1::text[], $2::text[]) AS k (kind, id) USING (kind, id)`,
    [channels.map(({ kind }) => kind), channels.map(({ id }) => id)],
  );
  return rows.map(({ last_n, ...name }) => ({ ...name, last: Number(last_n) }));
}
