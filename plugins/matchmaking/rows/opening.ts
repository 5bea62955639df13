import { matchMaker } from "@colyseus/core";
import type { Db, PluginServices } from "roomkeep/server";
import type { PenaltyRules } from "../match/penalties.ts";
import type { Queue } from "../match/queue.ts";
import { penalizeAccounts } from "./penalty-rows.ts";
import { accountsOf, dropMatch, lockMatch } from "./ready.ts";

/** How long a process may take to open a room before another one does it, s. */
const OPENING_S = 15;
/** Tries after which the players of a match wait on instead. */
const TRIES_MAX = 3;
/** Running matches whose rooms are looked for in one go. */
const LOOKED_AT = 100;

/** What opening rooms needs. */
export interface OpeningParts extends Pick<PluginServices, "db" | "transaction" | "log" | "incarnation"> {
  readonly penalties: PenaltyRules;
}

/** Matches of a queue that wait for a room which nobody is opening. */
export async function readUnopened(db: Db, queue: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `SELECT id FROM matchmaking_match
     WHERE queue = $1 AND state = 'opening' AND opening_until < clock_timestamp() ORDER BY created_at LIMIT 20`,
    [queue],
  );
  return rows.map(({ id }) => id);
}

/**
 * Opens the room of a match: of several processes one does it, and after its death another one. A room of who
 * came too late is nobody's, and closes by itself.
 *
 * @returns accounts to tell
 */
export async function openMatchRoom(parts: OpeningParts, queue: Queue, match: string): Promise<string[]> {
  const { db, log, incarnation, transaction, penalties } = parts;
  const [claimed] = await db.query<[ClaimedRow[], number]>(
    `UPDATE matchmaking_match SET opener = $2, opening_until = clock_timestamp() + interval '${OPENING_S} s',
       tries = tries + 1
     WHERE id = $1 AND state = 'opening' AND opening_until < clock_timestamp()
     RETURNING tries, region, properties`,
    [match, incarnation],
  );
  const [mine] = claimed;
  if (!mine) return [];
  if (mine.tries > TRIES_MAX) {
    log.error({ match, queue: queue.name }, "the room of a match could not be opened: its players wait on");
    return transaction((tx) => dropMatch(tx, match, [], penalties));
  }
  const options = { ...mine.properties, ...(mine.region !== null && { region: mine.region }), private: true };
  const room = await matchMaker.createRoom(queue.game, options).catch((error: unknown) => {
    log.warn({ err: error, match, queue: queue.name }, "the room of a match did not open");
    return undefined;
  });
  if (!room) {
    await db.query(
      "UPDATE matchmaking_match SET opening_until = '-infinity' WHERE id = $1 AND opener = $2 AND state = 'opening'",
      [match, incarnation],
    );
    return [];
  }
  const [opened] = await db.query<[unknown[], number]>(
    `UPDATE matchmaking_match SET state = 'open', room_id = $3, tries = 0,
       opened_at = COALESCE(opened_at, clock_timestamp()), looked_at = now()
     WHERE id = $1 AND opener = $2 AND state = 'opening' AND tries = $4 RETURNING id`,
    [match, incarnation, room.roomId, mine.tries],
  );
  return opened.length > 0 ? accountsOf(db, match) : [];
}

interface ClaimedRow {
  readonly tries: number;
  readonly region: string | null;
  readonly properties: Record<string, unknown>;
}

/**
 * Looks after running matches: who did not come in time has lost the seat, a match whose room is gone is
 * over, and one that nobody had entered gets another room.
 *
 * @param joinS so long a seat waits for its player
 * @returns accounts to tell
 */
export async function lookAfterMatches(parts: OpeningParts, queue: Queue, joinS: number): Promise<string[]> {
  const { db } = parts;
  const [rows] = await db.query<[{ id: string; room: string }[], number]>(
    `UPDATE matchmaking_match SET looked_at = clock_timestamp() WHERE id IN (
       SELECT id FROM matchmaking_match WHERE queue = $1 AND state = 'open'
         AND looked_at < clock_timestamp() - interval '3 s'
       ORDER BY looked_at LIMIT ${LOOKED_AT} FOR UPDATE SKIP LOCKED) RETURNING id, room_id AS room`,
    [queue.name],
  );
  if (rows.length === 0) return [];
  const rooms = await matchMaker.findRoomsByIds(rows.map(({ room }) => room));
  const told: string[] = [];
  for (const { id, room } of rows)
    told.push(...(await (rooms.has(room) ? dropAbsent(parts, id, joinS) : endMatch(parts, id, joinS))));
  return told;
}

/** The room of a match is gone. */
function endMatch(
  { transaction, log, penalties }: OpeningParts,
  match: string,
  joinS: number,
): Promise<string[]> {
  return transaction(async (db) => {
    if ((await lockMatch(db, match))?.state !== "open") return [];
    const [came] = await db.query<{ n: number }[]>(
      "SELECT count(joined_at)::int AS n FROM matchmaking_seat WHERE match_id = $1",
      [match],
    );
    const told = await accountsOf(db, match);
    const absent = await readAbsent(db, match, joinS);
    if (absent.length > 0) await giveUpSeats(db, match, absent, penalties);
    // An empty room closes by itself, or at the first join that it refuses.
    else if (came?.n === 0) {
      log.warn({ match }, "the room of a match has gone before anybody came: another one opens");
      await db.query(
        `UPDATE matchmaking_match SET state = 'opening', room_id = NULL, opening_until = '-infinity' WHERE id = $1`,
        [match],
      );
      return told;
    }
    // Those who never came in wait on.
    await db.query("UPDATE matchmaking_ticket SET match_id = NULL WHERE match_id = $1", [match]);
    await db.query("UPDATE matchmaking_match SET state = 'over' WHERE id = $1", [match]);
    return told;
  });
}

function dropAbsent(
  { transaction, penalties }: OpeningParts,
  match: string,
  joinS: number,
): Promise<string[]> {
  return transaction(async (db) => {
    if ((await lockMatch(db, match))?.state !== "open") return [];
    const absent = await readAbsent(db, match, joinS);
    return absent.length === 0 ? [] : giveUpSeats(db, match, absent, penalties);
  });
}

/** Those whose seat has waited for too long. */
async function readAbsent(db: Db, match: string, joinS: number): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `SELECT s.account_id AS id FROM matchmaking_seat s
     JOIN matchmaking_match m ON m.id = s.match_id
     JOIN matchmaking_member own ON own.account_id = s.account_id AND own.ticket_id = s.ticket_id
     WHERE m.id = $1 AND s.joined_at IS NULL AND s.left_at IS NULL
       AND GREATEST(m.opened_at, s.given_at) < clock_timestamp() - make_interval(secs => $2::float8)`,
    [match, joinS],
  );
  return rows.map(({ id }) => id);
}

/** Takes seats back of those who do not come, and makes them wait. Within a transaction. */
export async function giveUpSeats(
  db: Db,
  match: string,
  accounts: readonly string[],
  penalties: PenaltyRules,
): Promise<string[]> {
  await db.query(
    "UPDATE matchmaking_seat SET left_at = clock_timestamp() WHERE match_id = $1 AND account_id = ANY($2::uuid[])",
    [match, accounts],
  );
  await leaveTickets(db, accounts);
  await penalizeAccounts(db, accounts, penalties);
  return [...accounts];
}

/** Accounts are in no ticket any more, and a ticket with nobody in it is gone. */
export async function leaveTickets(db: Db, accounts: readonly string[]): Promise<void> {
  const [gone] = await db.query<[{ id: string }[], number]>(
    "DELETE FROM matchmaking_member WHERE account_id = ANY($1::uuid[]) RETURNING ticket_id AS id",
    [accounts],
  );
  await db.query(
    `DELETE FROM matchmaking_ticket t WHERE id = ANY($1::uuid[])
       AND NOT EXISTS (SELECT 1 FROM matchmaking_member WHERE ticket_id = t.id)`,
    [gone.map(({ id }) => id)],
  );
}
