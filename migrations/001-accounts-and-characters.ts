import type { MigrationInterface, QueryRunner } from "typeorm";

/** Guest accounts, and characters with their lease. */
export class AccountsAndCharacters1763700000001 implements MigrationInterface {
  readonly name = "AccountsAndCharacters1763700000001";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account (
        id uuid CONSTRAINT account_pkey PRIMARY KEY,
        kind text NOT NULL CONSTRAINT account_kind_known CHECK (kind IN ('guest', 'registered')),
        token_hash text NOT NULL,
        recovery_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query("CREATE UNIQUE INDEX account_token_hash_key ON account (token_hash)");
    await runner.query("CREATE UNIQUE INDEX account_recovery_hash_key ON account (recovery_hash)");
    await runner.query(`
      CREATE TABLE character (
        id uuid CONSTRAINT character_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT character_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        name text NOT NULL,
        color smallint NOT NULL,
        shape smallint NOT NULL,
        coins bigint NOT NULL DEFAULT 0
          CONSTRAINT character_coins_range CHECK (coins >= 0 AND coins <= 9007199254740991),
        state jsonb NOT NULL,
        version integer NOT NULL DEFAULT 0,
        owner text,
        room_id text,
        epoch integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        transfer_nonce text,
        transfer_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query("CREATE INDEX character_account_id_idx ON character (account_id)");
    await runner.query("CREATE INDEX character_owner_idx ON character (owner) WHERE owner IS NOT NULL");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE character");
    await runner.query("DROP TABLE account");
  }
}
