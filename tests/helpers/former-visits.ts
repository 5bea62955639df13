import type { MigrationInterface, QueryRunner } from "typeorm";

/** The migration of play sessions as it was in the core, word for word. */
export class FormerVisits implements MigrationInterface {
  readonly name = "Visits1763700000012";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE visit (
        id uuid CONSTRAINT visit_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT visit_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        character_id uuid NOT NULL
          CONSTRAINT visit_character_id_fkey REFERENCES character (id) ON DELETE CASCADE,
        game text NOT NULL,
        room_id text NOT NULL,
        process text NOT NULL,
        epoch integer NOT NULL,
        address text NOT NULL,
        started_at timestamptz NOT NULL,
        ended_at timestamptz,
        ending text
      )`);
    await runner.query("CREATE INDEX visit_account_id_idx ON visit (account_id, started_at)");
    await runner.query("CREATE INDEX visit_character_id_idx ON visit (character_id, started_at)");
    await runner.query("CREATE INDEX visit_open_idx ON visit (started_at) WHERE ended_at IS NULL");
    await runner.query("CREATE INDEX visit_started_at_idx ON visit (started_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE visit");
  }
}
