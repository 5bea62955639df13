import type { MigrationInterface, QueryRunner } from "typeorm";

/** Accounts that are to be deleted when their grace time is over. */
export class AccountDeletions1764300000044 implements MigrationInterface {
  readonly name = "AccountDeletions1764300000044";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account_deletion (
        account_id uuid CONSTRAINT account_deletion_pkey PRIMARY KEY
          CONSTRAINT account_deletion_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        asked_at timestamptz NOT NULL DEFAULT now(),
        delete_at timestamptz NOT NULL,
        by_player boolean NOT NULL,
        asked_by uuid CONSTRAINT account_deletion_asked_by_fkey REFERENCES account (id) ON DELETE SET NULL,
        asked_by_name text NOT NULL DEFAULT '',
        reason text NOT NULL DEFAULT ''
      )`);
    await runner.query("CREATE INDEX account_deletion_delete_at_idx ON account_deletion (delete_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE account_deletion");
  }
}
