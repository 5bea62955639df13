import type { PluginMigration } from "roomkeep/server";

/**
 * The table of stored values. `owner` is the account as text, or empty for what is shared, so that one key
 * serves both. Versions are of one sequence: none comes back, not even for a key that was deleted between.
 */
export const values: PluginMigration = {
  name: "StorageValues1764300000001",
  async up(db) {
    await db.query(`
      CREATE TABLE storage_value (
        collection text COLLATE "C" NOT NULL,
        owner text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        account_id uuid
          CONSTRAINT storage_value_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        value jsonb NOT NULL,
        bytes integer NOT NULL,
        version bigint GENERATED ALWAYS AS IDENTITY,
        written_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT storage_value_pkey PRIMARY KEY (collection, owner, key),
        CONSTRAINT storage_value_owner_check CHECK (owner = COALESCE(account_id::text, ''))
      )`);
    await db.query("CREATE INDEX storage_value_account_id_idx ON storage_value (account_id)");
    await db.query("CREATE INDEX storage_value_written_at_idx ON storage_value (collection, written_at)");
  },
  down: (db) => db.query("DROP TABLE storage_value"),
};
