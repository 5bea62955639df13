import type { MigrationInterface, QueryRunner } from "typeorm";

/** Matches that outlive their rooms, and who has which seat of them. */
export class LastingMatches1764291600035 implements MigrationInterface {
  readonly name = "LastingMatches1764291600035";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lasting_match (
        code text CONSTRAINT lasting_match_pkey PRIMARY KEY,
        game text NOT NULL,
        hidden boolean NOT NULL,
        snapshot bytea NOT NULL,
        version integer NOT NULL DEFAULT 1,
        phase text NOT NULL,
        over boolean NOT NULL,
        changed_at timestamptz NOT NULL DEFAULT now(),
        keep_until timestamptz NOT NULL,
        owner text,
        room_id text,
        epoch integer NOT NULL DEFAULT 0,
        lease_until timestamptz
      )`);
    await runner.query("CREATE INDEX lasting_match_keep_until_idx ON lasting_match (keep_until)");
    await runner.query(`
      CREATE TABLE lasting_match_seat (
        code text NOT NULL
          CONSTRAINT lasting_match_seat_code_fkey REFERENCES lasting_match (code) ON DELETE CASCADE,
        place integer NOT NULL,
        account_id uuid
          CONSTRAINT lasting_match_seat_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        character_id uuid,
        name text NOT NULL,
        has_turn boolean NOT NULL,
        CONSTRAINT lasting_match_seat_pkey PRIMARY KEY (code, place)
      )`);
    await runner.query("CREATE INDEX lasting_match_seat_account_id_idx ON lasting_match_seat (account_id)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE lasting_match_seat");
    await runner.query("DROP TABLE lasting_match");
  }
}
