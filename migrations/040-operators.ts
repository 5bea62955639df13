import type { MigrationInterface, QueryRunner } from "typeorm";

/** The role of operators, their sign-ins at the desk, and their one-time passwords. */
export class Operators1764300000040 implements MigrationInterface {
  readonly name = "Operators1764300000040";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE account
        DROP CONSTRAINT account_role_known,
        ADD CONSTRAINT account_role_known CHECK (role IN ('player', 'moderator', 'operator', 'admin'))`);
    await runner.query(`
      CREATE TABLE operator_session (
        hash text CONSTRAINT operator_session_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT operator_session_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        role text NOT NULL,
        address text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        seen_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz
      )`);
    await runner.query("CREATE INDEX operator_session_account_id_idx ON operator_session (account_id)");
    await runner.query("CREATE INDEX operator_session_seen_at_idx ON operator_session (seen_at)");
    await runner.query(`
      CREATE TABLE operator_totp (
        account_id uuid CONSTRAINT operator_totp_pkey PRIMARY KEY
          CONSTRAINT operator_totp_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        secret text NOT NULL,
        confirmed_at timestamptz,
        last_step integer NOT NULL DEFAULT 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE operator_totp");
    await runner.query("DROP TABLE operator_session");
    await runner.query("UPDATE account SET role = 'moderator' WHERE role = 'operator'");
    await runner.query(`
      ALTER TABLE account
        DROP CONSTRAINT account_role_known,
        ADD CONSTRAINT account_role_known CHECK (role IN ('player', 'moderator', 'admin'))`);
  }
}
