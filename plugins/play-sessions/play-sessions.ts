import { randomUUID } from "node:crypto";
import type { Identity, Log, PlaySessionEnding, PluginRoom, RoomPlayer } from "roomkeep/rooms";
import type { Db } from "roomkeep/server";

/** The play sessions of a process. Best effort: none is written while the database is away. */
export interface PlaySessions {
  /** Records that a player has joined. Never throws and never waits. */
  begin(room: Pick<PluginRoom, "roomId" | "roomName">, player: RoomPlayer, identity: Identity): void;
  /** Records the end of a session and its reason. Never throws and never waits. */
  end(player: RoomPlayer, ending: PlaySessionEnding): void;
  /** The latest hundred of an account, newest first. */
  list(accountId: string): Promise<PlaySession[]>;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/** One stay of a character in a room. Times are ISO, by the clock of the process. */
export interface PlaySession {
  readonly characterId: string;
  readonly game: string;
  readonly roomId: string;
  /** Address of the client; empty when it is not known. */
  readonly address: string;
  readonly startedAt: string;
  /** Null: the session has not ended. */
  readonly endedAt: string | null;
  /** "left", "taken-over", "fenced", or "lost" when its process died. */
  readonly ending: string | null;
}

/** Opens the play sessions of a process. `incarnation` is its name as the owner of leases. */
export function openPlaySessions(db: Db, incarnation: string, log: Pick<Log, "warn">): PlaySessions {
  const pending = new Set<Promise<unknown>>();
  /** Open sessions by the player's session id: the row's id, and its insert. */
  const open = new Map<string, { readonly id: string; readonly written: Promise<unknown> }>();
  const write = (id: string, work: Promise<unknown>) => {
    const written: Promise<unknown> = work
      .catch((error) => log.warn({ err: error, visit: id }, "a play session was not written"))
      .finally(() => pending.delete(written));
    pending.add(written);
    return written;
  };
  return {
    begin({ roomId, roomName }, { sessionId, claim }, { accountId, characterId, address }) {
      const id = randomUUID();
      const sql = `INSERT INTO visit
          (id, account_id, character_id, game, room_id, process, epoch, address, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
      const values = [
        id,
        accountId,
        characterId,
        roomName,
        roomId,
        incarnation,
        claim.epoch,
        address,
        new Date(),
      ];
      open.set(sessionId, { id, written: write(id, db.query(sql, values)) });
    },
    end({ sessionId }, ending) {
      const session = open.get(sessionId);
      if (!session) return;
      open.delete(sessionId);
      const { id, written } = session;
      const sql = "UPDATE visit SET ended_at = $2, ending = $3 WHERE id = $1";
      const values = [id, new Date(), ending];
      write(
        id,
        written.then(() => db.query(sql, values)),
      );
    },
    list: (accountId) => listPlaySessions(db, accountId),
    async close() {
      while (pending.size > 0) await Promise.allSettled(pending);
    },
  };
}

/**
 * Ends the sessions of dead processes: those whose claim the process does not have any more. Several
 * processes may do it at the same time.
 */
export function endLost(db: Db): Promise<unknown> {
  return db.query(
    `UPDATE visit SET ended_at = now(), ending = 'lost'
     WHERE ended_at IS NULL AND started_at < now() - interval '1 minute' AND NOT EXISTS (
       SELECT 1 FROM character
       WHERE id = character_id AND owner = visit.process AND epoch = visit.epoch AND lease_until > now())`,
  );
}

/** Forgets from where sessions were played that began before so many days. */
export function forgetAddresses(db: Db, days: number): Promise<unknown> {
  return db.query(
    "UPDATE visit SET address = '' WHERE address <> '' AND started_at < now() - make_interval(days => $1)",
    [days],
  );
}

async function listPlaySessions(db: Db, accountId: string): Promise<PlaySession[]> {
  const rows = await db.query<VisitRow[]>(
    `SELECT character_id, game, room_id, address, started_at, ended_at, ending FROM visit
     WHERE account_id = $1 ORDER BY started_at DESC LIMIT 100`,
    [accountId],
  );
  return rows.map((row) => ({
    characterId: row.character_id,
    game: row.game,
    roomId: row.room_id,
    address: row.address,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    ending: row.ending,
  }));
}

interface VisitRow {
  character_id: string;
  game: string;
  room_id: string;
  address: string;
  started_at: Date;
  ended_at: Date | null;
  ending: string | null;
}
