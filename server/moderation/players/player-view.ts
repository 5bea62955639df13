import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

const json = <T>(rows: readonly object[]): T[] => rows.map((row) => JSON.parse(JSON.stringify(row)) as T);
const LIVE_ROOM = "CASE WHEN owner IS NOT NULL AND lease_until > now() THEN room_id END";

/** A character as operators see it. Times are ISO. */
export interface CharacterView {
  readonly id: string;
  readonly name: string;
  readonly color: number;
  readonly shape: number;
  readonly coins: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly deletedAt: string | null;
  /** Room that has it live; null: none has. */
  readonly room: string | null;
}

/** The characters of an account, the oldest first. */
export async function readCharacters(db: Db, accountId: string): Promise<CharacterView[]> {
  return json(
    await answerWithin(
      db.query<object[]>(
        `SELECT id, name, color, shape, coins::float8 AS coins, created_at AS "createdAt",
           updated_at AS "updatedAt", deleted_at AS "deletedAt", ${LIVE_ROOM} AS room
         FROM character WHERE account_id = $1 ORDER BY created_at, id`,
        [accountId],
      ),
    ),
  );
}

/** The room that has a character live, and the account. @throws CHARACTER_MISSING */
export async function findCharacter(
  db: Db,
  id: string,
): Promise<{ accountId: string; name: string; room: string | null }> {
  const [row] = await answerWithin(
    db.query<{ accountId: string; name: string; room: string | null }[]>(
      `SELECT account_id AS "accountId", name, ${LIVE_ROOM} AS room FROM character WHERE id = $1`,
      [id],
    ),
  );
  if (!row) throw new RoomkeepError("CHARACTER_MISSING");
  return row;
}

/** How much there is about an account. `playSessions` is null without the plugin. */
export async function countAbout(db: Db, accountId: string) {
  const [row] = await answerWithin(
    db.query<{ reportsAbout: number; reportsBy: number; cheatFlags: number; notes: number }[]>(
      `SELECT (SELECT count(*)::int FROM report WHERE reported_id = $1) AS "reportsAbout",
         (SELECT count(*)::int FROM report WHERE reporter_id = $1) AS "reportsBy",
         (SELECT count(*)::int FROM cheat_flag WHERE account_id = $1) AS "cheatFlags",
         (SELECT count(*)::int FROM player_note WHERE account_id = $1) AS notes`,
      [accountId],
    ),
  );
  const sessions = (await readSessions(db, accountId, 1_000))?.length ?? null;
  const none = { reportsAbout: 0, reportsBy: 0, cheatFlags: 0, notes: 0 };
  return { ...(row ?? none), playSessions: sessions };
}

/** The deletion that waits. Times are ISO. */
export interface DeletionView {
  readonly askedAt: string;
  readonly deleteAt: string;
  readonly byPlayer: boolean;
  readonly by: string;
  readonly reason: string;
}

/** The deletion of an account that waits; null: none does. */
export async function readDeletion(db: Db, accountId: string): Promise<DeletionView | null> {
  const rows = await answerWithin(
    db.query<object[]>(
      `SELECT asked_at AS "askedAt", delete_at AS "deleteAt", by_player AS "byPlayer", reason,
         COALESCE(account.name, account.id::text, asked_by_name) AS "by"
       FROM account_deletion LEFT JOIN account ON account.id = asked_by WHERE account_id = $1`,
      [accountId],
    ),
  );
  return json<DeletionView>(rows)[0] ?? null;
}

/** A stay of a character in a room. Times are ISO. */
export interface SessionView {
  readonly character: string;
  readonly game: string;
  readonly roomId: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly ending: string | null;
}

/** Stays in rooms, the newest first; null: no plugin writes them down. */
export async function readSessions(db: Db, accountId: string, limit: number): Promise<SessionView[] | null> {
  const [table] = await answerWithin(
    db.query<{ there: boolean }[]>("SELECT to_regclass('visit') IS NOT NULL AS there"),
  );
  if (!table?.there) return null;
  return json(
    await answerWithin(
      db.query<object[]>(
        `SELECT character_id AS character, game, room_id AS "roomId", started_at AS "startedAt",
           ended_at AS "endedAt", ending
         FROM visit WHERE account_id = $1 ORDER BY started_at DESC, id LIMIT $2`,
        [accountId, limit],
      ),
    ),
  );
}

/** What only those read who may see addresses. Times are ISO. */
export interface SecretsView {
  readonly email: string | null;
  readonly identities: readonly { issuer: string; createdAt: string }[];
  readonly signIns: readonly { id: string; address: string; createdAt: string; revokedAt: string | null }[];
}

/** E-mail address, external identities and last hundred sign-ins of an account. @throws ACCOUNT_UNKNOWN */
export async function readSecrets(db: Db, accountId: string): Promise<SecretsView> {
  const [account] = await answerWithin(
    db.query<{ email: string | null }[]>("SELECT email FROM account WHERE id = $1", [accountId]),
  );
  if (!account) throw new RoomkeepError("ACCOUNT_UNKNOWN");
  const identities = await answerWithin(
    db.query<object[]>(
      `SELECT issuer, created_at AS "createdAt" FROM account_identity WHERE account_id = $1 ORDER BY created_at`,
      [accountId],
    ),
  );
  const signIns = await answerWithin(
    db.query<object[]>(
      `SELECT id, address, created_at AS "createdAt", revoked_at AS "revokedAt" FROM sign_in
       WHERE account_id = $1 ORDER BY created_at DESC, id LIMIT 100`,
      [accountId],
    ),
  );
  return { ...account, identities: json(identities), signIns: json(signIns) };
}

/** A suspicion of the cheat detection. Times are ISO. */
export interface FlagView {
  readonly id: string;
  readonly at: string;
  readonly character: string;
  readonly game: string;
  readonly roomId: string;
  readonly score: number;
  readonly action: string;
  readonly signals: Readonly<Record<string, number>>;
}

/** Suspicions of the cheat detection, the newest first. */
export async function readFlagsOf(db: Db, accountId: string, limit: number): Promise<FlagView[]> {
  return json(
    await answerWithin(
      db.query<object[]>(
        `SELECT id, at, character_id AS character, game, room_id AS "roomId", score, action, signals
         FROM cheat_flag WHERE account_id = $1 ORDER BY at DESC, id LIMIT $2`,
        [accountId, limit],
      ),
    ),
  );
}

/** An entry of the audit log. Times are ISO. */
export interface AuditView {
  readonly at: string;
  readonly caller: string;
  readonly role: string;
  readonly game: string;
  readonly roomId: string;
  readonly line: string;
  readonly outcome: string;
  /** True: done by the account; false: done to it. */
  readonly own: boolean;
}

/** What an account did and what was done to it, by the audit log, the newest first. */
export async function readAuditOf(db: Db, accountId: string, limit: number): Promise<AuditView[]> {
  return json(
    await answerWithin(
      db.query<object[]>(
        `SELECT at, caller, role, game, room_id AS "roomId", line, outcome,
           account_id IS NOT DISTINCT FROM $1::uuid AS own
         FROM audit_entry WHERE account_id = $1::uuid OR concerns = $1::uuid
         ORDER BY at DESC, id LIMIT $2`,
        [accountId, limit],
      ),
    ),
  );
}

/** What a character has. `container` without the character's id. */
export interface BelongingsView {
  readonly coins: number;
  readonly dead: boolean;
  readonly stacks: readonly { id: string; container: string; template: string; slot: number; qty: number }[];
}

/** Purse and stacks of a character, those of its pile too. @throws CHARACTER_MISSING */
export async function readBelongings(db: Db, characterId: string): Promise<BelongingsView> {
  const [row] = await answerWithin(
    db.query<{ coins: number; pile: string | null }[]>(
      `SELECT coins::float8 AS coins, pile FROM character LEFT JOIN death_lock ON death_lock.character = id
       WHERE id = $1`,
      [characterId],
    ),
  );
  if (!row) throw new RoomkeepError("CHARACTER_MISSING");
  const names = ["bag", "equipment", "bank", "mail"].map((kind) => `${kind}:${characterId}`);
  const stacks = await answerWithin(
    db.query<BelongingsView["stacks"][number][]>(
      `SELECT id, split_part(container, ':', 1) AS container, template, slot, qty FROM item
       WHERE container = ANY($1) ORDER BY item.container, slot`,
      [row.pile === null ? names : [...names, row.pile]],
    ),
  );
  return { coins: row.coins, dead: row.pile !== null, stacks };
}
