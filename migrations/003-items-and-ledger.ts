import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Items in containers, the ledger of every change to them and to coins, and the first answers to requests.
 */
export class ItemsAndLedger1763700000003 implements MigrationInterface {
  readonly name = "ItemsAndLedger1763700000003";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE item (
        id uuid CONSTRAINT item_pkey PRIMARY KEY,
        template text NOT NULL,
        container text NOT NULL,
        slot integer NOT NULL CONSTRAINT item_slot_range CHECK (slot >= 0),
        qty integer NOT NULL CONSTRAINT item_qty_positive CHECK (qty > 0),
        version integer NOT NULL DEFAULT 0,
        CONSTRAINT item_container_slot_key UNIQUE (container, slot) DEFERRABLE INITIALLY DEFERRED
      )`);
    await runner.query(`
      CREATE TABLE ledger (
        seq bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_pkey PRIMARY KEY,
        request_id text NOT NULL,
        leg smallint NOT NULL,
        account text NOT NULL,
        item text,
        qty integer NOT NULL DEFAULT 0,
        coins bigint NOT NULL DEFAULT 0,
        reason text NOT NULL,
        epoch integer NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT ledger_request_id_leg_key UNIQUE (request_id, leg),
        CONSTRAINT ledger_leg_moves
          CHECK ((item IS NOT NULL AND qty <> 0 AND coins = 0) OR (item IS NULL AND qty = 0 AND coins <> 0))
      )`);
    await runner.query("CREATE INDEX ledger_account_idx ON ledger (account)");
    await runner.query(`
      CREATE TABLE request_result (
        request_id text CONSTRAINT request_result_pkey PRIMARY KEY,
        character uuid NOT NULL,
        payload_hash text NOT NULL,
        result jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query("CREATE INDEX request_result_character_idx ON request_result (character)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE request_result");
    await runner.query("DROP TABLE ledger");
    await runner.query("DROP TABLE item");
  }
}
