import type { PluginMigration } from "roomkeep/server";

/** Rooms in which an operator has switched voice off. A lasting match that opens anew is still among them. */
export const switchedOff: PluginMigration = {
  name: "VoiceSwitchedOff1764400000001",
  async up(db) {
    await db.query(`
      CREATE TABLE voice_off (
        room_id text PRIMARY KEY,
        reason text NOT NULL,
        at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query("CREATE INDEX voice_off_at_idx ON voice_off (at)");
  },
  down: (db) => db.query("DROP TABLE voice_off"),
};
