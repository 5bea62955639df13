import type { MigrationInterface, QueryRunner } from "typeorm";

/** Values that all processes of one database share. */
export class Settings1763700000004 implements MigrationInterface {
  readonly name = "Settings1763700000004";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "CREATE TABLE setting (key text CONSTRAINT setting_pkey PRIMARY KEY, value text NOT NULL)",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE setting");
  }
}
