import type { PluginMigration } from "roomkeep/server";

/**
 * One row a pair: what both sides are is one value, so that they cannot differ. Beside it the codes by which
 * people are found, and what each account's export shows of the pairs.
 */
export const friendTables: PluginMigration = {
  name: "Friends1764300000001",
  async up(db) {
    await db.query(`
      CREATE TABLE friend_relation (
        low_id uuid NOT NULL CONSTRAINT friend_relation_low_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        high_id uuid NOT NULL CONSTRAINT friend_relation_high_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        state text NOT NULL,
        asked_by uuid,
        low_blocks boolean NOT NULL,
        high_blocks boolean NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT friend_relation_pkey PRIMARY KEY (low_id, high_id),
        CONSTRAINT friend_relation_ordered CHECK (low_id < high_id),
        CONSTRAINT friend_relation_state_known CHECK (state IN ('none', 'asked', 'friends')),
        CONSTRAINT friend_relation_asked_by CHECK ((state = 'asked') = (asked_by IS NOT NULL)),
        CONSTRAINT friend_relation_asked_by_one CHECK (asked_by IN (low_id, high_id))
      )`);
    await db.query("CREATE INDEX friend_relation_high_id_idx ON friend_relation (high_id)");
    await db.query("CREATE INDEX friend_relation_asked_idx ON friend_relation (since) WHERE state = 'asked'");
    await db.query(`
      CREATE TABLE friend_code (
        account_id uuid CONSTRAINT friend_code_pkey PRIMARY KEY
          CONSTRAINT friend_code_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        code text NOT NULL CONSTRAINT friend_code_code_key UNIQUE
      )`);
    // Nobody's export shows whether the other one blocks.
    await db.query(`
      CREATE VIEW friend_relation_export AS
        SELECT low_id AS account_id, high_id AS other_id, state, asked_by = low_id AS asked,
          low_blocks AS blocked, since
        FROM friend_relation WHERE state <> 'none' OR low_blocks
        UNION ALL
        SELECT high_id, low_id, state, asked_by = high_id, high_blocks, since
        FROM friend_relation WHERE state <> 'none' OR high_blocks`);
  },
  async down(db) {
    await db.query("DROP VIEW friend_relation_export");
    await db.query("DROP TABLE friend_relation");
    await db.query("DROP TABLE friend_code");
  },
};
