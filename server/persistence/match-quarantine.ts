import { randomUUID } from "node:crypto";
import type { EntityManager } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "../storage/database.ts";
import { isFree } from "./lease-sql.ts";

/** A database, or a transaction in which another one is a savepoint. */
type Transactions = Pick<EntityManager, "transaction">;

/**
 * Between the code of a match that is set aside and its id. No code of a room has it, so no room opens such a
 * match; it is marked as over besides.
 */
const ASIDE = ".";
/** No sweep deletes what is set aside. */
const SPARED = "interval '1000 years'";

/** A match that was set aside. */
export interface QuarantinedMatch {
  readonly id: string;
  readonly code: string;
  readonly game: string;
  /** Version of the save, and when it was saved. */
  readonly version: number;
  readonly savedAt: Date;
  readonly bytes: number;
}

/** All matches that were set aside, the last saved first. */
export function listAsideMatches(db: Db): Promise<QuarantinedMatch[]> {
  return db.query<QuarantinedMatch[]>(
    `SELECT split_part(code, '${ASIDE}', 2) AS id, split_part(code, '${ASIDE}', 1) AS code, game, version,
       changed_at AS "savedAt", length(snapshot) AS bytes
     FROM lasting_match WHERE position('${ASIDE}' IN code) > 0 ORDER BY changed_at DESC, 1`,
  );
}

/**
 * Sets a match aside, whole, with its seats: its code leads nowhere any more, and is free.
 *
 * @returns the id by which {@link restoreMatch} brings it back
 * @throws ROOM_UNKNOWN no match that is not over has the code
 * @throws ROOM_OPEN a room has the match
 */
export function setMatchAside(db: Transactions, code: string): Promise<string> {
  return db.transaction(async (manager) => {
    const id = await moveAside(manager, code);
    if (id === undefined)
      throw new RoomkeepError("ROOM_UNKNOWN", `No match that can be played has the code ${code}.`);
    return id;
  });
}

/**
 * Restores a match that was set aside. One that has its code by now is set aside in turn.
 *
 * @returns the code, and the id under which the other match was set aside
 * @throws ROOM_UNKNOWN nothing was set aside under this id
 * @throws ROOM_OPEN a room has the code
 */
export function restoreMatch(db: Transactions, id: string): Promise<{ code: string; aside?: string }> {
  return db.transaction(async (manager) => {
    const [kept] = await manager.query<{ code: string }[]>(
      `SELECT code FROM lasting_match WHERE split_part(code, '${ASIDE}', 2) = $1 FOR UPDATE`,
      [id],
    );
    const [code = ""] = kept?.code.split(ASIDE) ?? [];
    if (!kept || id === "")
      throw new RoomkeepError("ROOM_UNKNOWN", `Nothing was set aside under the id ${id}.`);
    const aside = await moveAside(manager, code);
    // One that is over only keeps its code.
    await manager.query("DELETE FROM lasting_match WHERE code = $1", [code]);
    await rename(manager, kept.code, code, {
      over: false,
      keepUntil: `now() + (keep_until - ${SPARED} - changed_at)`,
    });
    return aside === undefined ? { code } : { code, aside };
  });
}

/** @returns undefined: there is none that is not over. @throws ROOM_OPEN */
async function moveAside(manager: EntityManager, code: string): Promise<string | undefined> {
  const [found] = await manager.query<{ over: boolean; free: boolean; room_id: string | null }[]>(
    `SELECT over, ${isFree()} AS free, room_id FROM lasting_match WHERE code = $1 FOR UPDATE`,
    [code],
  );
  if (found?.free === false)
    throw new RoomkeepError(
      "ROOM_OPEN",
      `The match ${code} is open in a room. Stop its server first; after a crash wait ten seconds.`,
    );
  if (!found || found.over) return undefined;
  const id = randomUUID();
  await rename(manager, code, `${code}${ASIDE}${id}`, { over: true, keepUntil: `keep_until + ${SPARED}` });
  return id;
}

/** The row under another code, fenced, and its seats with it. `keepUntil` is SQL of this file. */
async function rename(
  manager: EntityManager,
  from: string,
  to: string,
  { over, keepUntil }: { readonly over: boolean; readonly keepUntil: string },
): Promise<void> {
  await manager.query(
    `INSERT INTO lasting_match (code, game, hidden, snapshot, version, phase, over, changed_at, keep_until, epoch)
     SELECT $2, game, hidden, snapshot, version, phase, $3, changed_at, ${keepUntil}, epoch + 1
     FROM lasting_match WHERE code = $1`,
    [from, to, over],
  );
  await manager.query("UPDATE lasting_match_seat SET code = $2 WHERE code = $1", [from, to]);
  await manager.query("DELETE FROM lasting_match WHERE code = $1", [from]);
}
