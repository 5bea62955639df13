import { createHash } from "node:crypto";
import type { MigrationInterface, QueryRunner } from "typeorm";

/** Entries chained at a time. */
const BATCH = 500;
/** The hash before the first entry. */
const BEGIN = "0".repeat(64);

interface Row {
  readonly id: string;
  readonly at: string;
  readonly caller: string;
  readonly role: string;
  readonly account_id: string | null;
  readonly character_id: string | null;
  readonly game: string;
  readonly room_id: string;
  readonly line: string;
  readonly outcome: string;
}

/** Entries of the audit log in a chain of hashes, its head, and signed heads. */
export class AuditChain1764300000041 implements MigrationInterface {
  readonly name = "AuditChain1764300000041";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_entry
        ADD seq bigint, ADD prev text, ADD hash text, ADD operation text, ADD concerns uuid`);
    await runner.query(`
      CREATE TABLE audit_head (
        id smallint CONSTRAINT audit_head_pkey PRIMARY KEY CONSTRAINT audit_head_one CHECK (id = 1),
        seq bigint NOT NULL,
        hash text NOT NULL,
        kept_from bigint NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE audit_signature (
        seq bigint NOT NULL,
        key text NOT NULL,
        hash text NOT NULL,
        at bigint NOT NULL,
        signature text NOT NULL,
        CONSTRAINT audit_signature_pkey PRIMARY KEY (seq, key)
      )`);
    const head = await chainAll(runner);
    await runner.query("INSERT INTO audit_head (id, seq, hash, kept_from) VALUES (1, $1, $2, 1)", [
      head.seq,
      head.hash,
    ]);
    await runner.query(`
      ALTER TABLE audit_entry
        ALTER seq SET NOT NULL, ALTER prev SET NOT NULL, ALTER hash SET NOT NULL`);
    await runner.query("CREATE UNIQUE INDEX audit_entry_seq_key ON audit_entry (seq)");
    await runner.query("CREATE INDEX audit_entry_concerns_idx ON audit_entry (concerns, seq)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE audit_signature");
    await runner.query("DROP TABLE audit_head");
    await runner.query("DROP INDEX audit_entry_concerns_idx");
    await runner.query("DROP INDEX audit_entry_seq_key");
    await runner.query(`
      ALTER TABLE audit_entry DROP seq, DROP prev, DROP hash, DROP operation, DROP concerns`);
  }
}

/** Chains what there is, the oldest first. */
async function chainAll(runner: QueryRunner): Promise<{ seq: number; hash: string }> {
  let head = { seq: 0, hash: BEGIN };
  for (;;) {
    const rows = (await runner.query(
      `SELECT id, (extract(epoch FROM at) * 1000000)::bigint::text AS at, caller, role, account_id, character_id,
         game, room_id, line, outcome
       FROM audit_entry WHERE seq IS NULL ORDER BY audit_entry.at, id LIMIT ${BATCH}`,
    )) as Row[];
    if (rows.length === 0) return head;
    const chained = rows.map((row) => {
      const prev = head.hash;
      head = { seq: head.seq + 1, hash: hashOf(row, head.seq + 1, prev) };
      return { id: row.id, ...head, prev };
    });
    await runner.query(
      `UPDATE audit_entry SET seq = link.seq, prev = link.prev, hash = link.hash
       FROM jsonb_to_recordset($1::jsonb) AS link (id uuid, seq bigint, prev text, hash text)
       WHERE audit_entry.id = link.id`,
      [JSON.stringify(chained)],
    );
  }
}

/** As it was when the chain began: see `server/telemetry/audit-chain/chain.ts`. */
function hashOf(row: Row, seq: number, prev: string): string {
  const entry = {
    account: row.account_id,
    at: row.at,
    caller: row.caller,
    character: row.character_id,
    concerns: null,
    game: row.game,
    id: row.id,
    line: row.line,
    operation: null,
    outcome: row.outcome,
    prev,
    role: row.role,
    roomId: row.room_id,
    seq,
  };
  return createHash("sha256").update(JSON.stringify(entry)).digest("hex");
}
