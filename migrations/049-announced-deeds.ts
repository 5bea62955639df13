import type { MigrationInterface, QueryRunner } from "typeorm";

/** Privileged actions that have begun and belong to no transaction, until their entry is written. */
export class AnnouncedDeeds1764300000049 implements MigrationInterface {
  readonly name = "AnnouncedDeeds1764300000049";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_announced (
        id uuid CONSTRAINT audit_announced_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        deed jsonb NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE audit_announced");
  }
}
