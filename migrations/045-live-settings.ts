import type { MigrationInterface, QueryRunner } from "typeorm";

/** Settings and flags that operators change while the server runs, and who changed what. */
export class LiveSettings1764300000045 implements MigrationInterface {
  readonly name = "LiveSettings1764300000045";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE live_setting (
        kind text NOT NULL,
        name text NOT NULL,
        value text NOT NULL,
        CONSTRAINT live_setting_pkey PRIMARY KEY (kind, name)
      )`);
    await runner.query(`
      CREATE TABLE setting_change (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT setting_change_pkey PRIMARY KEY,
        kind text NOT NULL,
        name text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        caller text NOT NULL,
        account_id uuid
          CONSTRAINT setting_change_account_id_fkey REFERENCES account (id) ON DELETE SET NULL,
        before text,
        after text,
        reason text NOT NULL
      )`);
    await runner.query("CREATE INDEX setting_change_name_idx ON setting_change (kind, name, id)");
    await runner.query("CREATE INDEX setting_change_account_id_idx ON setting_change (account_id)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE setting_change");
    await runner.query("DROP TABLE live_setting");
  }
}
