import { answerWithin, type Db } from "../../storage/database.ts";
import { readRange } from "../address-range.ts";

/** A character in a list of players. Times are ISO. */
export interface FoundCharacter {
  readonly id: string;
  readonly name: string;
  readonly deletedAt: string | null;
  /** Room that has it live; null: none has. */
  readonly room: string | null;
}

/** An account in a list of players. Times are ISO. */
export interface FoundPlayer {
  readonly id: string;
  readonly kind: "guest" | "registered";
  readonly name: string | null;
  readonly role: "player" | "moderator" | "operator" | "admin";
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly characters: readonly FoundCharacter[];
  readonly muted: boolean;
  readonly banned: boolean;
  /** When the account is deleted; null: nobody wants that. */
  readonly deleteAt: string | null;
}

/** Where a text is looked for. */
export const SEARCHED = ["any", "name", "id", "character"] as const;

/** Players of these accounts, in this order. */
export async function readPlayers(db: Db, ids: readonly string[]): Promise<FoundPlayer[]> {
  const live = "lifted_at IS NULL AND (ends_at IS NULL OR ends_at > now())";
  const rows = await answerWithin(
    db.query<FoundPlayer[]>(
      `SELECT a.id, a.kind, a.name, a.role, a.created_at AS "createdAt", a.last_seen_at AS "lastSeenAt",
         (SELECT COALESCE(json_agg(json_build_object('id', c.id, 'name', c.name,
            'deletedAt', to_char(c.deleted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'room', CASE WHEN c.owner IS NOT NULL AND c.lease_until > now() THEN c.room_id END)
            ORDER BY c.deleted_at NULLS FIRST, c.created_at), '[]')
          FROM character AS c WHERE c.account_id = a.id) AS characters,
         EXISTS (SELECT 1 FROM sanction WHERE account_id = a.id AND kind = 'mute' AND ${live}) AS muted,
         EXISTS (SELECT 1 FROM sanction WHERE account_id = a.id AND kind = 'ban' AND ${live}) AS banned,
         d.delete_at AS "deleteAt"
       FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, n) JOIN account AS a ON a.id = wanted.id
         LEFT JOIN account_deletion AS d ON d.account_id = a.id
       ORDER BY wanted.n`,
      [ids],
    ),
  );
  return rows.map((row) => JSON.parse(JSON.stringify(row)) as FoundPlayer);
}

/** Looks for players by the beginning of a name, or by an id. */
export async function findPlayers(
  db: Db,
  {
    query,
    by,
    limit,
  }: { readonly query: string; readonly by: (typeof SEARCHED)[number]; readonly limit: number },
): Promise<FoundPlayer[]> {
  const begins = `${query
    .trim()
    .toLowerCase()
    .replace(/[%_\\]/gu, "\\$&")}%`;
  const id = /^[0-9a-f-]{36}$/iu.test(query.trim()) ? query.trim() : null;
  const rows = await answerWithin(
    db.query<{ id: string }[]>(
      `SELECT id FROM (
         SELECT id, last_seen_at FROM account WHERE $3 IN ('any', 'name') AND lower(name) LIKE $1
         UNION SELECT a.id, last_seen_at FROM character AS c JOIN account AS a ON a.id = account_id
           WHERE $3 IN ('any', 'character') AND lower(c.name) LIKE $1
         UNION SELECT a.id, last_seen_at FROM account AS a WHERE $3 IN ('any', 'id') AND (a.id::text = $2
           OR a.id IN (SELECT account_id FROM character WHERE character.id::text = $2)
           OR a.id IN (SELECT account_id FROM sign_in WHERE sign_in.id::text = $2))
       ) AS found ORDER BY last_seen_at DESC, id LIMIT $4`,
      [begins, id?.toLowerCase() ?? "", by, limit],
    ),
  );
  return readPlayers(
    db,
    rows.map((row) => row.id),
  );
}

/** Who signed in from an address or a range, the latest first. @throws SANCTION_INVALID it is none */
export async function findByAddress(
  db: Db,
  { address, limit }: { readonly address: string; readonly limit: number },
): Promise<(FoundPlayer & { address: string; at: string })[]> {
  const rows = await answerWithin(
    db.query<{ id: string; address: string; at: Date }[]>(
      `SELECT DISTINCT ON (account_id) account_id AS id, address, created_at AS at FROM sign_in
       WHERE address <> ''
         AND CASE WHEN address ~ '^[0-9a-fA-F.:]+$' THEN replace(address, '::ffff:', '')::inet <<= network($1::inet) END
       ORDER BY account_id, created_at DESC`,
      [readRange(address)],
    ),
  );
  const latest = rows.sort((a, b) => b.at.getTime() - a.at.getTime()).slice(0, limit);
  const players = await readPlayers(
    db,
    latest.map(({ id }) => id),
  );
  const from = new Map(latest.map((row) => [row.id, row]));
  return players.map((player) => {
    const { address: seen = "", at } = from.get(player.id) ?? {};
    return { ...player, address: seen, at: at?.toISOString() ?? "" };
  });
}
