import type { MigrationInterface, QueryRunner } from "typeorm";

/** Worlds of persistent zones, and the copies that could not be read. */
export class ZoneSaves1763700000002 implements MigrationInterface {
  readonly name = "ZoneSaves1763700000002";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE zone_save (
        key text CONSTRAINT zone_save_pkey PRIMARY KEY,
        snapshot bytea NOT NULL,
        version integer NOT NULL DEFAULT 1,
        saved_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE zone_quarantine (
        id uuid CONSTRAINT zone_quarantine_pkey PRIMARY KEY,
        key text NOT NULL,
        snapshot bytea NOT NULL,
        version integer NOT NULL,
        saved_at timestamptz NOT NULL,
        reason text NOT NULL,
        quarantined_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query("CREATE INDEX zone_quarantine_key_idx ON zone_quarantine (key)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE zone_quarantine");
    await runner.query("DROP TABLE zone_save");
  }
}
