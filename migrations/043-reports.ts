import type { MigrationInterface, QueryRunner } from "typeorm";

/** Reports of players about players. */
export class Reports1764300000043 implements MigrationInterface {
  readonly name = "Reports1764300000043";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE report (
        id uuid CONSTRAINT report_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        game text NOT NULL,
        room_id text NOT NULL,
        reporter_id uuid CONSTRAINT report_reporter_id_fkey REFERENCES account (id) ON DELETE SET NULL,
        reporter_character uuid,
        reporter_name text NOT NULL,
        reported_id uuid NOT NULL
          CONSTRAINT report_reported_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        reported_character uuid,
        reported_name text NOT NULL,
        reason text NOT NULL,
        text text NOT NULL,
        chat jsonb NOT NULL,
        recording text,
        state text NOT NULL DEFAULT 'open',
        claimed_by uuid CONSTRAINT report_claimed_by_fkey REFERENCES account (id) ON DELETE SET NULL,
        claimed_by_name text NOT NULL DEFAULT '',
        claimed_at timestamptz,
        outcome text,
        decision text NOT NULL DEFAULT '',
        decided_at timestamptz,
        sanction_id uuid CONSTRAINT report_sanction_id_fkey REFERENCES sanction (id) ON DELETE SET NULL,
        reopened integer NOT NULL DEFAULT 0,
        CONSTRAINT report_state_known CHECK (state IN ('open', 'claimed', 'decided'))
      )`);
    await runner.query("CREATE INDEX report_state_idx ON report (state, at)");
    await runner.query("CREATE INDEX report_at_idx ON report (at)");
    await runner.query("CREATE INDEX report_reported_id_idx ON report (reported_id, at)");
    await runner.query("CREATE INDEX report_reporter_id_idx ON report (reporter_id, at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE report");
  }
}
