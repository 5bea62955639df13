import type { PluginMigration } from "roomkeep/server";

export const entries: PluginMigration = {
  name: "Guestbook1764000000000",
  async up(db) {
    await db.query(`
      CREATE TABLE guestbook_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text NOT NULL,
        line text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query("CREATE INDEX guestbook_entry_at_idx ON guestbook_entry (at)");
  },
  down: (db) => db.query("DROP TABLE guestbook_entry"),
};
