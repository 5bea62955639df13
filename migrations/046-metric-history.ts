import type { MigrationInterface, QueryRunner } from "typeorm";

/** What the overview showed of each process, a row a minute; and the alerts that were raised. */
export class MetricHistory1764300000046 implements MigrationInterface {
  readonly name = "MetricHistory1764300000046";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE metric_history (
        process_id text NOT NULL,
        at timestamptz NOT NULL,
        samples jsonb,
        merged jsonb NOT NULL,
        merged_of integer NOT NULL,
        CONSTRAINT metric_history_pkey PRIMARY KEY (process_id, at)
      )`);
    await runner.query("CREATE INDEX metric_history_at_idx ON metric_history (at)");
    await runner.query(`
      CREATE TABLE alert (
        id uuid CONSTRAINT alert_pkey PRIMARY KEY,
        rule text NOT NULL,
        subject text NOT NULL,
        severity text NOT NULL,
        value double precision NOT NULL,
        threshold double precision NOT NULL,
        fired_at timestamptz NOT NULL,
        told_at timestamptz NOT NULL,
        times integer NOT NULL,
        recovered_at timestamptz,
        acknowledged_at timestamptz,
        acknowledged_by text
      )`);
    // One at a time of each: whichever process writes it first tells of it.
    await runner.query(
      "CREATE UNIQUE INDEX alert_open_idx ON alert (rule, subject) WHERE recovered_at IS NULL",
    );
    await runner.query("CREATE INDEX alert_fired_at_idx ON alert (fired_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE alert");
    await runner.query("DROP TABLE metric_history");
  }
}
