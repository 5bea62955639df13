import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { TicketCriteria } from "../match/criteria.ts";
import type { Queue } from "../match/queue.ts";
import { refusePenalized } from "./penalty-rows.ts";

/** What a ticket is made of, already read. */
export interface NewTicket extends TicketCriteria {
  /** Account ids: the one who asks and their party. */
  readonly members: readonly {
    readonly account: string;
    readonly roles: readonly string[];
    readonly latency: Readonly<Record<string, number>>;
  }[];
}

/**
 * Puts a ticket into a queue. Of two for one account at once, in whichever processes, one is put.
 *
 * @param most tickets that may wait in the queue
 * @throws QUEUE_CLOSED, QUEUE_MEMBER, QUEUE_PENALTY, TICKETS_FULL
 */
export function putTicket(
  transaction: PluginServices["transaction"],
  queue: Queue,
  { properties, members }: NewTicket,
  most: number,
): Promise<void> {
  const accounts = members.map(({ account }) => account);
  return transaction(async (db) => {
    const [open] = await db.query<{ closed: boolean }[]>(
      "SELECT closed FROM matchmaking_queue WHERE name = $1",
      [queue.name],
    );
    if (!open || open.closed) throw new RoomkeepError("QUEUE_CLOSED");
    await refusePenalized(db, accounts);
    const [waiting] = await db.query<{ n: number }[]>(
      "SELECT count(*)::int AS n FROM matchmaking_ticket WHERE queue = $1 AND match_id IS NULL",
      [queue.name],
    );
    if ((waiting?.n ?? 0) >= most) throw new RoomkeepError("TICKETS_FULL");
    const [ticket] = await db.query<{ id: string }[]>(
      "INSERT INTO matchmaking_ticket (queue, properties) VALUES ($1, $2) RETURNING id",
      [queue.name, JSON.stringify(properties)],
    );
    // In the order of ids, so that two parties that share people do not wait for each other.
    const rows = [...members].sort((a, b) => (a.account < b.account ? -1 : 1));
    const put = await db.query<unknown[]>(
      `INSERT INTO matchmaking_member (account_id, ticket_id, roles, latency)
       SELECT account, $1, roles, latency
       FROM jsonb_to_recordset($2::jsonb) AS m (account uuid, roles jsonb, latency jsonb)
       ORDER BY account ON CONFLICT DO NOTHING RETURNING account_id`,
      [ticket?.id, JSON.stringify(rows)],
    );
    if (put.length < members.length) throw new RoomkeepError("QUEUE_MEMBER");
  });
}

/** The ticket of an account. */
export interface OwnTicket {
  readonly ticket: string;
  readonly queue: string;
  readonly match: string | null;
}

/** Finds it; undefined: the account waits nowhere. */
export async function ownTicket(db: Db, account: string): Promise<OwnTicket | undefined> {
  const [row] = await db.query<OwnTicket[]>(
    `SELECT t.id AS ticket, t.queue, t.match_id AS match
     FROM matchmaking_member m JOIN matchmaking_ticket t ON t.id = m.ticket_id WHERE m.account_id = $1`,
    [account],
  );
  return row;
}

/** Accounts of a ticket. */
export async function membersOf(db: Db, ticket: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    "SELECT account_id AS id FROM matchmaking_member WHERE ticket_id = $1",
    [ticket],
  );
  return rows.map(({ id }) => id);
}

/** Takes a ticket out that waits. @returns false: it has a match by now, or is gone */
export async function dropWaiting(db: Db, ticket: string): Promise<boolean> {
  const [rows] = await db.query<[unknown[], number]>(
    "DELETE FROM matchmaking_ticket WHERE id = $1 AND match_id IS NULL RETURNING id",
    [ticket],
  );
  return rows.length > 0;
}

/** Changes what one member offers and measures, while the ticket waits. @throws QUEUE_NONE */
export async function changeMember(
  db: Db,
  account: string,
  change: { readonly roles?: readonly string[]; readonly latency?: Readonly<Record<string, number>> },
): Promise<void> {
  const [rows] = await db.query<[unknown[], number]>(
    `UPDATE matchmaking_member m SET roles = COALESCE($2::jsonb, m.roles), latency = COALESCE($3::jsonb, m.latency)
     FROM matchmaking_ticket t WHERE m.account_id = $1 AND t.id = m.ticket_id AND t.match_id IS NULL
     RETURNING m.account_id`,
    [
      account,
      change.roles ? JSON.stringify(change.roles) : null,
      change.latency ? JSON.stringify(change.latency) : null,
    ],
  );
  if (rows.length === 0) throw new RoomkeepError("QUEUE_NONE");
}
