import type { MigrationInterface, QueryRunner } from "typeorm";

/** Finds kept events that have run out, and those of a time. */
export class EventAge1764282100033 implements MigrationInterface {
  readonly name = "EventAge1764282100033";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX event_log_at_idx ON event_log (at, id)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP INDEX event_log_at_idx");
  }
}
