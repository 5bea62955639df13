import type { MigrationInterface, QueryRunner } from "typeorm";

/** The last seconds of rooms, written down with a reason. */
export class KeptRecordings1764300000048 implements MigrationInterface {
  readonly name = "KeptRecordings1764300000048";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE kept_recording (
        id uuid CONSTRAINT kept_recording_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        room_id text NOT NULL,
        game text NOT NULL,
        from_tick integer NOT NULL,
        to_tick integer NOT NULL,
        from_at timestamptz NOT NULL,
        to_at timestamptz NOT NULL,
        reason text NOT NULL,
        by text NOT NULL,
        about text NOT NULL DEFAULT '',
        account_ids uuid[] NOT NULL,
        version text NOT NULL,
        bytes integer NOT NULL,
        recording bytea NOT NULL
      )`);
    // Compressed already.
    await runner.query("ALTER TABLE kept_recording ALTER COLUMN recording SET STORAGE EXTERNAL");
    await runner.query("CREATE INDEX kept_recording_at_idx ON kept_recording (at)");
    await runner.query("CREATE INDEX kept_recording_about_idx ON kept_recording (about)");
    await runner.query(
      "CREATE INDEX kept_recording_account_ids_idx ON kept_recording USING gin (account_ids)",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE kept_recording");
  }
}
