import type { PluginMigration } from "roomkeep/server";

/**
 * Channels with their last number, their lines, and how far each account has read. A channel of two accounts
 * names both, so that it goes with either. `rev` of a line is the channel's number at its last change: who
 * knows everything up to a number asks for what is after it, and gets new and changed lines alike.
 */
export const chatTables: PluginMigration = {
  name: "Chat1764300000002",
  async up(db) {
    await db.query(`
      CREATE TABLE chat_channel (
        kind text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        last_n bigint NOT NULL,
        from_n bigint NOT NULL DEFAULT 0,
        lines_max integer NOT NULL,
        slow_s integer,
        low_id uuid CONSTRAINT chat_channel_low_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        high_id uuid CONSTRAINT chat_channel_high_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        written_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT chat_channel_pkey PRIMARY KEY (kind, id),
        CONSTRAINT chat_channel_pair CHECK ((low_id IS NULL) = (high_id IS NULL))
      )`);
    await db.query("CREATE INDEX chat_channel_low_id_idx ON chat_channel (low_id) WHERE low_id IS NOT NULL");
    await db.query(
      "CREATE INDEX chat_channel_high_id_idx ON chat_channel (high_id) WHERE high_id IS NOT NULL",
    );
    await db.query(`
      CREATE TABLE chat_line (
        kind text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        n bigint NOT NULL,
        rev bigint NOT NULL,
        account_id uuid NOT NULL
          CONSTRAINT chat_line_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        character_id uuid NOT NULL,
        name text NOT NULL,
        text text NOT NULL,
        request uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        edited_at timestamptz,
        deleted_at timestamptz,
        CONSTRAINT chat_line_pkey PRIMARY KEY (kind, id, n),
        CONSTRAINT chat_line_rev_key UNIQUE (kind, id, rev),
        CONSTRAINT chat_line_request_key UNIQUE (account_id, request),
        CONSTRAINT chat_line_channel_fkey FOREIGN KEY (kind, id)
          REFERENCES chat_channel (kind, id) ON DELETE CASCADE
      )`);
    await db.query("CREATE INDEX chat_line_expires_at_idx ON chat_line (expires_at)");
    await db.query(`
      CREATE TABLE chat_reader (
        account_id uuid NOT NULL
          CONSTRAINT chat_reader_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        kind text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        read_n bigint NOT NULL DEFAULT 0,
        wrote_at timestamptz,
        CONSTRAINT chat_reader_pkey PRIMARY KEY (account_id, kind, id),
        CONSTRAINT chat_reader_channel_fkey FOREIGN KEY (kind, id)
          REFERENCES chat_channel (kind, id) ON DELETE CASCADE
      )`);
    await db.query("CREATE INDEX chat_reader_channel_idx ON chat_reader (kind, id)");
    // An export has what its account wrote, and with whom it whispered; nothing that others wrote.
    await db.query(`
      CREATE VIEW chat_line_export AS
        SELECT account_id, kind, id, n, name, text, at, edited_at, deleted_at FROM chat_line`);
    await db.query(`
      CREATE VIEW chat_channel_export AS
        SELECT low_id AS account_id, high_id AS other_id, kind, written_at FROM chat_channel
        WHERE low_id IS NOT NULL
        UNION ALL
        SELECT high_id, low_id, kind, written_at FROM chat_channel WHERE high_id IS NOT NULL`);
  },
  async down(db) {
    await db.query("DROP VIEW chat_line_export");
    await db.query("DROP VIEW chat_channel_export");
    await db.query("DROP TABLE chat_reader");
    await db.query("DROP TABLE chat_line");
    await db.query("DROP TABLE chat_channel");
  },
};
