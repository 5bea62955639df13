import type { MigrationInterface, QueryRunner } from "typeorm";

/** Several characters an account: which one plays, and which ones were deleted but may come back. */
export class CharactersOfAnAccount1763700000011 implements MigrationInterface {
  readonly name = "CharactersOfAnAccount1763700000011";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE character ADD chosen_at timestamptz, ADD deleted_at timestamptz");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE character DROP chosen_at, DROP deleted_at");
  }
}
