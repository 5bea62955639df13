import type { MigrationInterface, QueryRunner } from "typeorm";

/** Players who came to the threshold of the cheat detection. */
export class CheatFlags1764282000032 implements MigrationInterface {
  readonly name = "CheatFlags1764282000032";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cheat_flag (
        id uuid CONSTRAINT cheat_flag_pkey PRIMARY KEY,
        at timestamptz NOT NULL,
        account_id uuid NOT NULL
          CONSTRAINT cheat_flag_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        character_id uuid NOT NULL,
        game text NOT NULL,
        room_id text NOT NULL,
        score double precision NOT NULL,
        action text NOT NULL,
        signals jsonb NOT NULL,
        inputs jsonb NOT NULL
      )`);
    await runner.query("CREATE INDEX cheat_flag_at_idx ON cheat_flag (at)");
    await runner.query("CREATE INDEX cheat_flag_account_id_idx ON cheat_flag (account_id, at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE cheat_flag");
  }
}
