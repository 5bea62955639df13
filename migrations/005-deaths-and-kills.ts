import type { MigrationInterface, QueryRunner } from "typeorm";

/** Deaths before their revival, and kills by kind. */
export class DeathsAndKills1763700000005 implements MigrationInterface {
  readonly name = "DeathsAndKills1763700000005";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE death_lock (
        character uuid CONSTRAINT death_lock_pkey PRIMARY KEY
          CONSTRAINT death_lock_character_fkey REFERENCES character (id) ON DELETE CASCADE,
        pile text NOT NULL,
        zone text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE kill_count (
        character uuid NOT NULL
          CONSTRAINT kill_count_character_fkey REFERENCES character (id) ON DELETE CASCADE,
        kind text NOT NULL,
        kills integer NOT NULL,
        CONSTRAINT kill_count_pkey PRIMARY KEY (character, kind)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE kill_count");
    await runner.query("DROP TABLE death_lock");
  }
}
