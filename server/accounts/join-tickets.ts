import type { Identity } from "../../rooms/index.ts";
import type { JoinAttempt } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { hashOf, newSecret } from "./secrets.ts";
import type { AccessClaims } from "./token-keys.ts";

/** Lifetime of a ticket, seconds. */
export const TICKET_S = 30;

/** What a ticket is valid for: one room by its id, or any room of a game. */
export type TicketScope = { readonly game: string } | { readonly roomId: string };

/**
 * Issues a ticket for one join with a character of the account: `characterId`, or the chosen one.
 *
 * @throws CHARACTER_MISSING the account has no such character, or it was deleted
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function giveTicket(
  db: Db,
  { accountId, signInId }: Pick<AccessClaims, "accountId" | "signInId">,
  scope: TicketScope,
  characterId?: string,
): Promise<{ ticket: string; characterId: string }> {
  const ticket = newSecret("rkt_");
  const { game = null, roomId = null } = { ...scope } as { game?: string; roomId?: string };
  const rows = await answerWithin(
    db.query<{ character_id: string }[]>(
      `INSERT INTO join_ticket (hash, sign_in_id, character_id, game, room_id, expires_at)
       SELECT $1, $2, id, $3, $4, now() + interval '${TICKET_S} seconds' FROM character
       WHERE account_id = $5 AND deleted_at IS NULL AND ($6::uuid IS NULL OR id = $6)
       ORDER BY chosen_at DESC NULLS LAST, created_at, id LIMIT 1
       RETURNING character_id`,
      [hashOf(ticket), signInId, game, roomId, accountId, characterId ?? null],
    ),
  );
  const row = rows[0];
  if (!row) throw new RoomkeepError("CHARACTER_MISSING");
  return { ticket, characterId: row.character_id };
}

/**
 * Uses a ticket up, in one statement: of two joins with the same ticket, in any processes, one succeeds.
 *
 * @throws TICKET_INVALID unknown
 * @throws TICKET_USED, TICKET_EXPIRED, TICKET_ELSEWHERE it is for another room
 * @throws TOKEN_REVOKED its sign-in was ended
 * @throws TOKEN_OUTDATED it is a guest's token of a version before tickets
 * @throws CHARACTER_MISSING the character was deleted meanwhile
 */
export async function useTicket(db: Db, ticket: string | undefined, attempt: JoinAttempt): Promise<Identity> {
  if (ticket === undefined) throw new RoomkeepError("TICKET_INVALID");
  if (/^[\w-]{43}$/.test(ticket)) throw new RoomkeepError("TOKEN_OUTDATED");
  const hash = hashOf(ticket);
  const [rows] = await answerWithin(
    db.query<[IdentityRow[], number]>(
      `UPDATE join_ticket SET used_at = now()
       FROM sign_in, character, account
       WHERE join_ticket.hash = $1 AND used_at IS NULL AND expires_at > now()
         AND (game = $2 OR join_ticket.room_id = $3)
         AND sign_in.id = sign_in_id AND revoked_at IS NULL
         AND character.id = character_id AND deleted_at IS NULL AND account.id = sign_in.account_id
       RETURNING account.id AS account_id, character_id, role, sign_in.id AS sign_in_id, character.name`,
      [hash, attempt.game, attempt.roomId ?? null],
    ),
  );
  const row = rows[0];
  if (!row) throw new RoomkeepError(await refusalOf(db, hash, attempt));
  const { account_id: accountId, character_id: characterId, role, sign_in_id: signInId, name } = row;
  return { accountId, characterId, role, signInId, name, address: attempt.address };
}

/**
 * Makes a ticket usable again, within its time: the join that it was used for failed by no fault of its
 * player.
 */
export async function returnTicket(db: Db, ticket: string): Promise<void> {
  await answerWithin(db.query("UPDATE join_ticket SET used_at = NULL WHERE hash = $1", [hashOf(ticket)]));
}

interface IdentityRow {
  account_id: string;
  character_id: string;
  role: Identity["role"];
  sign_in_id: string;
  name: string;
}

async function refusalOf(db: Db, hash: string, attempt: JoinAttempt) {
  const rows = await answerWithin(
    db.query<{ used: boolean; expired: boolean; here: boolean | null; revoked: boolean }[]>(
      `SELECT used_at IS NOT NULL AS used, expires_at <= now() AS expired,
         COALESCE(game = $2 OR room_id = $3, false) AS here, revoked_at IS NOT NULL AS revoked
       FROM join_ticket JOIN sign_in ON sign_in.id = sign_in_id WHERE hash = $1`,
      [hash, attempt.game, attempt.roomId ?? null],
    ),
  );
  const row = rows[0];
  if (!row) return "TICKET_INVALID";
  if (row.used) return "TICKET_USED";
  if (!row.here) return "TICKET_ELSEWHERE";
  if (row.expired) return "TICKET_EXPIRED";
  return row.revoked ? "TOKEN_REVOKED" : "CHARACTER_MISSING";
}
