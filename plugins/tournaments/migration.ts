import type { PluginMigration } from "roomkeep/server";

/**
 * Tournaments with the rules they are held by, entries, and matches of brackets. The pot is the ledger's: the
 * vault `tournaments:<id>`.
 */
export const tournamentTables: PluginMigration = {
  name: "Tournaments1764334000051",
  async up(db) {
    await db.query(`
      CREATE TABLE tournament (
        id uuid CONSTRAINT tournament_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
        cup text NOT NULL,
        label text NOT NULL,
        rules jsonb NOT NULL,
        state text NOT NULL DEFAULT 'open'
          CONSTRAINT tournament_state_known CHECK (state IN ('open', 'running', 'ended', 'cancelled')),
        opens_at timestamptz NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz,
        seed text NOT NULL,
        paid integer NOT NULL DEFAULT 0,
        why text,
        ended_at timestamptz,
        closed_at timestamptz,
        CONSTRAINT tournament_cup_starts_at_key UNIQUE (cup, starts_at)
      )`);
    await db.query("CREATE INDEX tournament_state_idx ON tournament (state, starts_at)");
    await db.query("CREATE INDEX tournament_closed_at_idx ON tournament (closed_at)");
    await db.query("CREATE SEQUENCE tournament_score_seq");
    await db.query(`
      CREATE TABLE tournament_entry (
        id uuid CONSTRAINT tournament_entry_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
        tournament_id uuid NOT NULL CONSTRAINT tournament_entry_tournament_id_fkey
          REFERENCES tournament (id) ON DELETE CASCADE,
        account_id uuid CONSTRAINT tournament_entry_account_id_fkey REFERENCES account (id) ON DELETE SET NULL,
        character_id uuid CONSTRAINT tournament_entry_character_id_fkey
          REFERENCES character (id) ON DELETE SET NULL,
        joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        rating float8,
        seed integer,
        score float8 CONSTRAINT tournament_entry_score_finite CHECK (score < 'Infinity' AND score > '-Infinity'),
        scored bigint,
        tries integer NOT NULL DEFAULT 0,
        rank integer,
        owed text CONSTRAINT tournament_entry_owed_known CHECK (owed IN ('prize', 'refund')),
        goods jsonb,
        settled_at timestamptz,
        outcome text,
        tried_at timestamptz,
        refused text,
        CONSTRAINT tournament_entry_account_key UNIQUE (tournament_id, account_id)
      )`);
    await db.query("CREATE INDEX tournament_entry_account_id_idx ON tournament_entry (account_id)");
    await db.query("CREATE INDEX tournament_entry_character_id_idx ON tournament_entry (character_id)");
    await db.query(
      "CREATE INDEX tournament_entry_owed_idx ON tournament_entry (tournament_id) WHERE owed IS NOT NULL AND settled_at IS NULL",
    );
    await db.query(`
      CREATE TABLE tournament_match (
        tournament_id uuid NOT NULL CONSTRAINT tournament_match_tournament_id_fkey
          REFERENCES tournament (id) ON DELETE CASCADE,
        round integer NOT NULL,
        slot integer NOT NULL,
        a uuid,
        b uuid,
        state text NOT NULL
          CONSTRAINT tournament_match_state_known CHECK (state IN ('waiting', 'opening', 'open', 'over')),
        winner uuid CONSTRAINT tournament_match_winner_of_two CHECK (winner = a OR winner = b),
        "end" text,
        a_score float8,
        b_score float8,
        a_here boolean NOT NULL DEFAULT false,
        b_here boolean NOT NULL DEFAULT false,
        room_id text,
        opener text,
        opening_until timestamptz NOT NULL DEFAULT '-infinity',
        tries integer NOT NULL DEFAULT 0,
        reopened integer NOT NULL DEFAULT 0,
        check_until timestamptz,
        over_by timestamptz,
        looked_at timestamptz NOT NULL DEFAULT '-infinity',
        CONSTRAINT tournament_match_pkey PRIMARY KEY (tournament_id, round, slot),
        CONSTRAINT tournament_match_open_room CHECK (state <> 'open' OR room_id IS NOT NULL)
      )`);
    await db.query("CREATE INDEX tournament_match_room_id_idx ON tournament_match (room_id)");
    await db.query(
      "CREATE INDEX tournament_match_state_idx ON tournament_match (state) WHERE state IN ('opening', 'open')",
    );
  },
  async down(db) {
    for (const table of ["match", "entry"]) await db.query(`DROP TABLE tournament_${table}`);
    await db.query("DROP TABLE tournament");
    await db.query("DROP SEQUENCE tournament_score_seq");
  },
};
