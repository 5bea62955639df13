import type { PluginMigration } from "roomkeep/server";

/**
 * The table of play sessions. Databases of versions before plugins have this migration under the same name,
 * so it does not run there again.
 */
export const visits: PluginMigration = {
  name: "Visits1763700000012",
  async up(db) {
    await db.query(`
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
    await db.query("CREATE INDEX visit_account_id_idx ON visit (account_id, started_at)");
    await db.query("CREATE INDEX visit_character_id_idx ON visit (character_id, started_at)");
    await db.query("CREATE INDEX visit_open_idx ON visit (started_at) WHERE ended_at IS NULL");
    await db.query("CREATE INDEX visit_started_at_idx ON visit (started_at)");
  },
  down: (db) => db.query("DROP TABLE visit"),
};
