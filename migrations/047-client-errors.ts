import type { MigrationInterface, QueryRunner } from "typeorm";

/** Errors of players' pages, those with one stack as one. */
export class ClientErrors1764300000047 implements MigrationInterface {
  readonly name = "ClientErrors1764300000047";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE client_error (
        id text CONSTRAINT client_error_pkey PRIMARY KEY,
        message text NOT NULL,
        stack text NOT NULL,
        page text NOT NULL,
        build text NOT NULL,
        agent text NOT NULL,
        count integer NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL
      )`);
    await runner.query("CREATE INDEX client_error_last_at_idx ON client_error (last_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE client_error");
  }
}
