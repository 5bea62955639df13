import type { MigrationInterface, QueryRunner } from "typeorm";

/** What moderators did to players and noted about them, and the operator behind a leg of the ledger. */
export class Sanctions1764300000042 implements MigrationInterface {
  readonly name = "Sanctions1764300000042";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sanction (
        id uuid CONSTRAINT sanction_pkey PRIMARY KEY,
        kind text NOT NULL,
        account_id uuid CONSTRAINT sanction_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        character_id uuid CONSTRAINT sanction_character_id_fkey REFERENCES character (id) ON DELETE CASCADE,
        network cidr,
        chat boolean NOT NULL DEFAULT false,
        voice boolean NOT NULL DEFAULT false,
        reason text NOT NULL,
        given_at timestamptz NOT NULL DEFAULT now(),
        ends_at timestamptz,
        given_by uuid CONSTRAINT sanction_given_by_fkey REFERENCES account (id) ON DELETE SET NULL,
        given_by_name text NOT NULL DEFAULT '',
        read_at timestamptz,
        lifted_at timestamptz,
        lifted_by uuid CONSTRAINT sanction_lifted_by_fkey REFERENCES account (id) ON DELETE SET NULL,
        lifted_by_name text NOT NULL DEFAULT '',
        lift_reason text NOT NULL DEFAULT '',
        CONSTRAINT sanction_kind_known CHECK (kind IN ('warn', 'mute', 'kick', 'ban')),
        CONSTRAINT sanction_of_one CHECK ((account_id IS NULL) <> (network IS NULL))
      )`);
    await runner.query("CREATE INDEX sanction_account_id_idx ON sanction (account_id, given_at)");
    await runner.query("CREATE INDEX sanction_network_idx ON sanction (network) WHERE network IS NOT NULL");
    await runner.query("CREATE INDEX sanction_given_at_idx ON sanction (given_at)");
    await runner.query(`
      CREATE TABLE player_note (
        id uuid CONSTRAINT player_note_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT player_note_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        written_by uuid CONSTRAINT player_note_written_by_fkey REFERENCES account (id) ON DELETE SET NULL,
        written_by_name text NOT NULL DEFAULT '',
        text text NOT NULL
      )`);
    await runner.query("CREATE INDEX player_note_account_id_idx ON player_note (account_id, at)");
    await runner.query(`
      ALTER TABLE ledger ADD booked_by uuid
        CONSTRAINT ledger_booked_by_fkey REFERENCES account (id) ON DELETE SET NULL`);
    await runner.query("CREATE INDEX ledger_booked_by_idx ON ledger (booked_by) WHERE booked_by IS NOT NULL");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE ledger DROP booked_by");
    await runner.query("DROP TABLE player_note");
    await runner.query("DROP TABLE sanction");
  }
}
