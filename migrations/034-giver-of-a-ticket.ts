import type { MigrationInterface, QueryRunner } from "typeorm";

/** Names the process that gave a ticket, so that its death ends the ticket. */
export class GiverOfATicket1764290000034 implements MigrationInterface {
  readonly name = "GiverOfATicket1764290000034";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE character ADD COLUMN transfer_from text");
    await runner.query(
      "CREATE INDEX character_transfer_from_idx ON character (transfer_from) WHERE transfer_from IS NOT NULL",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE character DROP COLUMN transfer_from");
  }
}
