import type { MigrationInterface, QueryRunner } from "typeorm";

/** An index of the piles in a zone, which its room reads when it opens. */
export class Piles1763700000022 implements MigrationInterface {
  readonly name = "Piles1763700000022";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX item_pile_idx ON item (container) WHERE container LIKE 'pile:%'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP INDEX item_pile_idx");
  }
}
