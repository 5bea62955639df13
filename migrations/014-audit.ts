import type { MigrationInterface, QueryRunner } from "typeorm";

/** Console commands with their caller, room, time and outcome. */
export class Audit1763700000014 implements MigrationInterface {
  readonly name = "Audit1763700000014";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_entry (
        id uuid CONSTRAINT audit_entry_pkey PRIMARY KEY,
        at timestamptz NOT NULL,
        caller text NOT NULL,
        role text NOT NULL,
        account_id uuid,
        character_id uuid,
        game text NOT NULL,
        room_id text NOT NULL,
        line text NOT NULL,
        outcome text NOT NULL
      )`);
    await runner.query("CREATE INDEX audit_entry_at_idx ON audit_entry (at)");
    await runner.query("CREATE INDEX audit_entry_account_id_idx ON audit_entry (account_id, at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE audit_entry");
  }
}
