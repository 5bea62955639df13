import { createHash } from "node:crypto";
import { RoomkeepError } from "../../../shared/index.ts";
import type { Db } from "../../storage/database.ts";

/** An entry on its way into the chain. Texts are such as the database can hold. */
export interface ChainEntry {
  readonly id: string;
  readonly at: Date;
  readonly caller: string;
  readonly role: string;
  readonly account: string | null;
  readonly character: string | null;
  readonly game: string;
  readonly roomId: string;
  readonly line: string;
  readonly outcome: string;
  readonly operation: string | null;
  /** The account that it is done to. */
  readonly concerns: string | null;
}

/** An entry of the chain, as its hash covers it. */
export interface ChainLink extends Omit<ChainEntry, "at"> {
  readonly seq: number;
  /** Microseconds since 1970, as text: the database's own exactness. */
  readonly at: string;
  /** Hash of the entry before. */
  readonly prev: string;
}

/** The hash before the first entry. */
export const CHAIN_BEGIN = "0".repeat(64);

/**
 * SHA-256 over the canonical JSON of an entry: its names in the order of the alphabet, without blanks. The
 * hash of the entry before is one of its values.
 */
export function hashOfLink(link: ChainLink): string {
  const { account, at, caller, character, concerns, game, id, line } = link;
  const { operation, outcome, prev, role, roomId, seq } = link;
  const entry = {
    ...{ account, at, caller, character, concerns, game, id, line },
    ...{ operation, outcome, prev, role, roomId, seq },
  };
  return createHash("sha256").update(JSON.stringify(entry)).digest("hex");
}

/**
 * Appends entries to the chain, within the caller's transaction: the head stays locked until it ends, so that
 * there is one writer at a time. Append last, when all that the transaction waits for is done.
 *
 * @param again true: some may stand there already, because an earlier answer was lost
 */
export async function appendToChain(db: Db, entries: readonly ChainEntry[], again: boolean): Promise<void> {
  const [head] = await db.query<{ seq: string; hash: string }[]>(
    "SELECT seq, hash FROM audit_head WHERE id = 1 FOR UPDATE",
  );
  if (!head) throw new RoomkeepError("AUDIT_TAMPERED", "The head of the audit log is missing.");
  const there = again ? await standing(db, entries) : new Set<string>();
  let last = { seq: Number(head.seq), hash: head.hash };
  const links = entries
    .filter(({ id }) => !there.has(id))
    .map((entry) => {
      const at = `${entry.at.getTime()}000`;
      const link: ChainLink = { ...entry, at, seq: last.seq + 1, prev: last.hash };
      last = { seq: link.seq, hash: hashOfLink(link) };
      return { ...link, hash: last.hash };
    });
  if (links.length === 0) return;
  await db.query(
    `WITH entry AS (
       INSERT INTO audit_entry (seq, prev, hash, id, at, caller, role, account_id, character_id, game, room_id,
         line, outcome, operation, concerns)
       SELECT seq, prev, hash, id, timestamptz 'epoch' + at * interval '1 microsecond', caller, role, account,
         "character", game, "roomId", line, outcome, operation, concerns
       FROM jsonb_to_recordset($1::jsonb) AS link (seq bigint, prev text, hash text, id uuid, at bigint,
         caller text, role text, account uuid, "character" uuid, game text, "roomId" text, line text,
         outcome text, operation text, concerns uuid)
     )
     UPDATE audit_head SET seq = $2, hash = $3 WHERE id = 1`,
    [JSON.stringify(links), last.seq, last.hash],
  );
}

/** After the head is locked: what others wrote before is seen by this statement. */
async function standing(db: Db, entries: readonly ChainEntry[]): Promise<Set<string>> {
  const rows = await db.query<{ id: string }[]>("SELECT id FROM audit_entry WHERE id = ANY($1::uuid[])", [
    entries.map(({ id }) => id),
  ]);
  return new Set(rows.map(({ id }) => id));
}
