import type { LiveSanction, SanctionKind } from "../../rooms/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** How long a kick waits for the processes to hear of it. */
const KICK_AGE = "10 minutes";

/** What is in force now; `s` is the sanction. */
const LIVE = `s.lifted_at IS NULL AND (
  (s.kind IN ('mute', 'ban') AND (s.ends_at IS NULL OR s.ends_at > now()))
  OR (s.kind = 'warn' AND s.read_at IS NULL)
  OR (s.kind = 'kick' AND s.given_at > now() - interval '${KICK_AGE}'))`;
const COLUMNS = `s.id, s.kind, s.account_id, s.character_id, s.network::text AS network, s.chat, s.voice, s.reason,
  s.ends_at, extract(epoch FROM s.ends_at - now())::float8 * 1000 AS left_ms, now() AS at`;

/**
 * Every range that an address is in: each is looked up by the index, so that a ban of a range costs a
 * sign-in a few look-ups, however many bans there are.
 */
const rangesOf = (address: string) => `ARRAY(
  SELECT network(set_masklen(${address}::inet, n)) FROM generate_series(
    CASE family(${address}::inet) WHEN 4 THEN 8 ELSE 19 END, masklen(${address}::inet)) AS n)`;

interface Row {
  id: string;
  kind: SanctionKind;
  account_id: string | null;
  character_id: string | null;
  network: string | null;
  chat: boolean;
  voice: boolean;
  reason: string;
  ends_at: Date | null;
  left_ms: number | null;
  at: Date;
}

/** A sanction with whom it is of. */
export interface FoundSanction extends LiveSanction {
  readonly accountId: string | undefined;
  readonly network: string | undefined;
}

/** What is in force of an account, and of an address that it comes from. @param address undefined: any */
export async function sanctionsOf(
  db: Db,
  { accountId, address }: { accountId: string | undefined; address: string | undefined },
): Promise<FoundSanction[]> {
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT ${COLUMNS} FROM sanction AS s WHERE s.account_id = $1::uuid AND ${LIVE}
       UNION ALL
       SELECT ${COLUMNS} FROM sanction AS s
       WHERE $2::text IS NOT NULL AND s.network IS NOT NULL AND s.network = ANY(${rangesOf("$2::text")}) AND ${LIVE}
       ORDER BY 1`,
      [accountId ?? null, address ?? null],
    ),
  );
  return rows.map(foundOf);
}

/** What is in force of those who play here. */
export async function sanctionsOfAll(db: Db, accountIds: readonly string[]): Promise<FoundSanction[]> {
  const rows = await answerWithin(
    db.query<Row[]>(`SELECT ${COLUMNS} FROM sanction AS s WHERE s.account_id = ANY($1::uuid[]) AND ${LIVE}`, [
      accountIds,
    ]),
  );
  return rows.map(foundOf);
}

/** Bans of ranges that were given lately: those of before were asked for at each join. */
export async function newRanges(
  db: Db,
  since: Date | undefined,
): Promise<{ readonly found: FoundSanction[]; readonly at: Date }> {
  const [clock] = await answerWithin(db.query<{ at: Date }[]>("SELECT now() AS at"));
  const at = clock?.at ?? new Date(0);
  if (since === undefined) return { found: [], at };
  const rows = await answerWithin(
    db.query<Row[]>(
      `SELECT ${COLUMNS} FROM sanction AS s
       WHERE s.given_at > $1::timestamptz - interval '1 minute' AND s.network IS NOT NULL AND ${LIVE}`,
      [since],
    ),
  );
  return { found: rows.map(foundOf), at };
}

/** The end by the clock of this process, whatever the database's says. */
function foundOf(row: Row): FoundSanction {
  const { id, kind, chat, voice, reason } = row;
  return {
    id,
    kind,
    chat,
    voice,
    reason,
    accountId: row.account_id ?? undefined,
    characterId: row.character_id ?? undefined,
    network: row.network ?? undefined,
    endsAt: row.left_ms === null ? undefined : new Date(Date.now() + row.left_ms),
  };
}
