import type { MigrationInterface, QueryRunner } from "typeorm";

/** Events of rooms that games mark `keep`. */
export class EventLog1763700000020 implements MigrationInterface {
  readonly name = "EventLog1763700000020";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_log (
        id uuid CONSTRAINT event_log_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        game text NOT NULL,
        room_id text NOT NULL,
        zone text,
        at_ms double precision NOT NULL,
        seq integer NOT NULL,
        name text NOT NULL,
        actor text,
        x double precision,
        z double precision,
        payload jsonb NOT NULL
      )`);
    await runner.query("CREATE INDEX event_log_actor_idx ON event_log (actor, at)");
    await runner.query("CREATE INDEX event_log_name_idx ON event_log (name, at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE event_log");
  }
}
