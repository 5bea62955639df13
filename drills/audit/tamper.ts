import type { Db } from "../../server/storage/database.ts";
import { CHAIN_BEGIN, type ChainLink, hashOfLink } from "../../server/telemetry/audit-chain/chain.ts";

/** A change of the audit log that a superuser of the database makes. */
export interface Tampering {
  readonly kind: string;
  /** @param seq entry in the middle of the log. @param end number of the last one */
  tamper(db: Db, seq: number, end: number): Promise<void>;
}

/** The five kinds of tampering. The last two know how the chain is made, and have not got the key. */
export const TAMPERINGS: readonly Tampering[] = [
  {
    kind: "edit",
    async tamper(db, seq) {
      await db.query("UPDATE audit_entry SET caller = 'somebody else' WHERE seq = $1", [seq]);
    },
  },
  {
    kind: "delete",
    async tamper(db, seq) {
      await db.query("DELETE FROM audit_entry WHERE seq = $1", [seq]);
    },
  },
  {
    kind: "swap",
    async tamper(db, seq) {
      await db.query("UPDATE audit_entry SET seq = -1 WHERE seq = $1", [seq]);
      await db.query("UPDATE audit_entry SET seq = $1 WHERE seq = $1 + 1", [seq]);
      await db.query("UPDATE audit_entry SET seq = $1 + 1 WHERE seq = -1", [seq]);
    },
  },
  {
    kind: "truncate",
    async tamper(db, seq) {
      await db.query("DELETE FROM audit_entry WHERE seq > $1", [seq]);
      await chainAnew(db);
    },
  },
  {
    kind: "insert",
    async tamper(db, seq, end) {
      await db.query("UPDATE audit_entry SET seq = seq + $2 WHERE seq > $1", [seq, end]);
      await db.query(
        `INSERT INTO audit_entry (id, at, caller, role, game, room_id, line, outcome, seq, prev, hash)
         SELECT '00000000-0000-4000-8000-000000000000', at, caller, role, game, room_id, line, outcome, seq + 1,
           prev, hash
         FROM audit_entry WHERE seq = $1`,
        [seq],
      );
      await chainAnew(db);
    },
  },
];

/** Numbers and hashes all entries anew, puts the head there, and takes the signed heads away. */
export async function chainAnew(db: Db): Promise<void> {
  const rows = await db.query<(ChainLink & { hash: string })[]>(
    `SELECT seq, id, (extract(epoch FROM at) * 1000000)::bigint::text AS at, caller, role, account_id AS account,
       character_id AS character, game, room_id AS "roomId", line, outcome, operation, concerns
     FROM audit_entry ORDER BY audit_entry.seq`,
  );
  let prev = CHAIN_BEGIN;
  for (const [i, row] of rows.entries()) {
    const { hash: _, ...link } = { ...row, seq: i + 1, prev };
    const hash = hashOfLink(link);
    await db.query("UPDATE audit_entry SET seq = $2, prev = $3, hash = $4 WHERE id = $1", [
      row.id,
      link.seq,
      prev,
      hash,
    ]);
    prev = hash;
  }
  await db.query("UPDATE audit_head SET seq = $1, hash = $2", [rows.length, prev]);
  await db.query("DELETE FROM audit_signature");
}
