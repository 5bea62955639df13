import type { PluginMigration } from "roomkeep/server";

/**
 * A ticket waits while it has no match. An account is a member of one ticket at most, by its key, so that two
 * processes cannot queue it twice. Seats are of a match from its ready check on, and keep what its ratings
 * were.
 */
export const matchmakingTables: PluginMigration = {
  name: "Matchmaking1764300000005",
  async up(db) {
    await db.query(`
      CREATE TABLE matchmaking_queue (
        name text CONSTRAINT matchmaking_queue_pkey PRIMARY KEY,
        closed boolean NOT NULL DEFAULT false,
        owner text,
        lease_until timestamptz NOT NULL DEFAULT '-infinity'
      )`);
    await db.query(`
      CREATE TABLE matchmaking_match (
        id uuid CONSTRAINT matchmaking_match_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
        queue text NOT NULL,
        state text NOT NULL,
        into_id uuid CONSTRAINT matchmaking_match_into_id_fkey
          REFERENCES matchmaking_match (id) ON DELETE CASCADE,
        seats integer NOT NULL,
        region text,
        properties jsonb NOT NULL,
        ready_until timestamptz,
        opener text,
        opening_until timestamptz NOT NULL DEFAULT '-infinity',
        tries integer NOT NULL DEFAULT 0,
        room_id text,
        backfill boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        opened_at timestamptz,
        looked_at timestamptz,
        rated_at timestamptz,
        CONSTRAINT matchmaking_match_state_known CHECK (state IN ('ready', 'opening', 'open', 'over')),
        CONSTRAINT matchmaking_match_open_room CHECK (state <> 'open' OR room_id IS NOT NULL)
      )`);
    await db.query("CREATE INDEX matchmaking_match_queue_idx ON matchmaking_match (queue, state)");
    await db.query("CREATE INDEX matchmaking_match_created_at_idx ON matchmaking_match (created_at)");
    await db.query("CREATE INDEX matchmaking_match_room_id_idx ON matchmaking_match (room_id)");
    await db.query("CREATE INDEX matchmaking_match_into_id_idx ON matchmaking_match (into_id)");
    await db.query(`
      CREATE TABLE matchmaking_ticket (
        id uuid CONSTRAINT matchmaking_ticket_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
        queue text NOT NULL,
        properties jsonb NOT NULL,
        match_id uuid CONSTRAINT matchmaking_ticket_match_id_fkey
          REFERENCES matchmaking_match (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
    await db.query(
      "CREATE INDEX matchmaking_ticket_waiting_idx ON matchmaking_ticket (queue, created_at) WHERE match_id IS NULL",
    );
    await db.query("CREATE INDEX matchmaking_ticket_match_id_idx ON matchmaking_ticket (match_id)");
    await db.query(`
      CREATE TABLE matchmaking_member (
        account_id uuid CONSTRAINT matchmaking_member_pkey PRIMARY KEY
          CONSTRAINT matchmaking_member_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        ticket_id uuid NOT NULL CONSTRAINT matchmaking_member_ticket_id_fkey
          REFERENCES matchmaking_ticket (id) ON DELETE CASCADE,
        roles jsonb NOT NULL,
        latency jsonb NOT NULL
      )`);
    await db.query("CREATE INDEX matchmaking_member_ticket_id_idx ON matchmaking_member (ticket_id)");
    await db.query(`
      CREATE TABLE matchmaking_seat (
        match_id uuid NOT NULL CONSTRAINT matchmaking_seat_match_id_fkey
          REFERENCES matchmaking_match (id) ON DELETE CASCADE,
        account_id uuid NOT NULL CONSTRAINT matchmaking_seat_account_id_fkey
          REFERENCES account (id) ON DELETE CASCADE,
        ticket_id uuid NOT NULL,
        team integer NOT NULL,
        role text,
        waited_s float8 NOT NULL,
        given_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        is_ready boolean NOT NULL DEFAULT false,
        joined_at timestamptz,
        left_at timestamptz,
        mu float8 NOT NULL,
        sigma float8 NOT NULL,
        rank integer,
        mu_after float8,
        sigma_after float8,
        CONSTRAINT matchmaking_seat_pkey PRIMARY KEY (match_id, account_id)
      )`);
    await db.query("CREATE INDEX matchmaking_seat_account_id_idx ON matchmaking_seat (account_id)");
    await db.query(`
      CREATE TABLE matchmaking_rating (
        account_id uuid NOT NULL CONSTRAINT matchmaking_rating_account_id_fkey
          REFERENCES account (id) ON DELETE CASCADE,
        ladder text NOT NULL,
        mu float8 NOT NULL,
        sigma float8 NOT NULL,
        games integer NOT NULL DEFAULT 0,
        rated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT matchmaking_rating_pkey PRIMARY KEY (account_id, ladder),
        CONSTRAINT matchmaking_rating_finite CHECK (mu < 'Infinity' AND mu > '-Infinity'
          AND sigma > 0 AND sigma < 'Infinity')
      )`);
    await db.query(`
      CREATE TABLE matchmaking_penalty (
        account_id uuid CONSTRAINT matchmaking_penalty_pkey PRIMARY KEY
          CONSTRAINT matchmaking_penalty_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        declined integer NOT NULL,
        at timestamptz NOT NULL,
        until timestamptz NOT NULL
      )`);
    await db.query("CREATE INDEX matchmaking_penalty_at_idx ON matchmaking_penalty (at)");
  },
  async down(db) {
    for (const table of ["penalty", "rating", "seat", "member", "ticket", "match", "queue"])
      await db.query(`DROP TABLE matchmaking_${table}`);
  },
};
