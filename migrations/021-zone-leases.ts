import type { MigrationInterface, QueryRunner } from "typeorm";

/** Leases of persistent zones. */
export class ZoneLeases1763700000021 implements MigrationInterface {
  readonly name = "ZoneLeases1763700000021";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE zone_lease (
        key text CONSTRAINT zone_lease_pkey PRIMARY KEY,
        owner text,
        room_id text,
        epoch integer NOT NULL DEFAULT 0,
        lease_until timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE zone_lease");
  }
}
