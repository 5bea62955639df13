import type { PluginMigration } from "roomkeep/server";

/**
 * Groups, their members, requests and invitations (one row for an account and a group, so that two who ask
 * for each other meet), and the log of the bank. What the bank holds is the ledger's: the vault
 * `groups:<id>`.
 */
export const groupTables: PluginMigration = {
  name: "Groups1764331300001",
  async up(db) {
    await db.query(`
      CREATE TABLE player_group (
        id uuid CONSTRAINT player_group_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        name_key text COLLATE "C" NOT NULL CONSTRAINT player_group_name_key UNIQUE,
        tag text,
        tag_key text CONSTRAINT player_group_tag_key UNIQUE,
        text text NOT NULL DEFAULT '',
        access text NOT NULL CONSTRAINT player_group_access CHECK (access IN ('open', 'request', 'closed')),
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await db.query(`
      CREATE TABLE group_member (
        group_id uuid NOT NULL CONSTRAINT group_member_group_id_fkey REFERENCES player_group (id) ON DELETE CASCADE,
        account_id uuid NOT NULL CONSTRAINT group_member_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        role text NOT NULL CONSTRAINT group_member_role CHECK (role IN ('leader', 'officer', 'member')),
        joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        role_since timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT group_member_pkey PRIMARY KEY (group_id, account_id)
      )`);
    await db.query("CREATE INDEX group_member_account_id_idx ON group_member (account_id)");
    await db.query(
      "CREATE UNIQUE INDEX group_member_leader_key ON group_member (group_id) WHERE role = 'leader'",
    );
    await db.query(`
      CREATE TABLE group_request (
        group_id uuid NOT NULL CONSTRAINT group_request_group_id_fkey REFERENCES player_group (id) ON DELETE CASCADE,
        account_id uuid NOT NULL CONSTRAINT group_request_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        invited_by uuid CONSTRAINT group_request_invited_by_fkey REFERENCES account (id) ON DELETE CASCADE,
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT group_request_pkey PRIMARY KEY (group_id, account_id)
      )`);
    await db.query("CREATE INDEX group_request_account_id_idx ON group_request (account_id)");
    await db.query("CREATE INDEX group_request_invited_by_idx ON group_request (invited_by)");
    await db.query("CREATE INDEX group_request_at_idx ON group_request (at)");
    await db.query(`
      CREATE TABLE group_bank_log (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT group_bank_log_pkey PRIMARY KEY,
        group_id uuid NOT NULL CONSTRAINT group_bank_log_group_id_fkey REFERENCES player_group (id) ON DELETE CASCADE,
        account_id uuid CONSTRAINT group_bank_log_account_id_fkey REFERENCES account (id) ON DELETE SET NULL,
        character_id uuid CONSTRAINT group_bank_log_character_id_fkey REFERENCES character (id) ON DELETE SET NULL,
        request text NOT NULL,
        coins bigint NOT NULL,
        items jsonb NOT NULL,
        items_out bigint NOT NULL CHECK (items_out >= 0),
        at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT group_bank_log_request_key UNIQUE (character_id, request)
      )`);
    await db.query("CREATE INDEX group_bank_log_group_idx ON group_bank_log (group_id, id)");
    await db.query("CREATE INDEX group_bank_log_account_idx ON group_bank_log (account_id, group_id, at)");
    await db.query("CREATE INDEX group_bank_log_at_idx ON group_bank_log (at)");
    // Nobody's export shows who invited, or whom.
    await db.query(`
      CREATE VIEW group_request_export AS
        SELECT account_id, group_id, 'asked' AS kind, at FROM group_request WHERE invited_by IS NULL
        UNION ALL SELECT account_id, group_id, 'invited', at FROM group_request WHERE invited_by IS NOT NULL
        UNION ALL SELECT invited_by, group_id, 'invited somebody', at FROM group_request
        WHERE invited_by IS NOT NULL`);
    for (const statement of FUNCTIONS) await db.query(statement);
  },
  async down(db) {
    await db.query("DROP TRIGGER group_account_gone ON account");
    await db.query("DROP FUNCTION group_account_gone()");
    await db.query("DROP FUNCTION group_leave(uuid, uuid)");
    await db.query("DROP FUNCTION group_end(uuid)");
    await db.query("DROP VIEW group_request_export");
    for (const table of ["group_bank_log", "group_request", "group_member", "player_group"])
      await db.query(`DROP TABLE ${table}`);
  },
};

/** In SQL, because an account's deletion does the same, also while the server has no such plugin any more. */
const FUNCTIONS = [
  `CREATE FUNCTION group_end(in_group uuid) RETURNS void LANGUAGE plpgsql AS $$
   BEGIN
     PERFORM vault_end('vault:groups:' || in_group::text, 'groups: disbanded');
     DELETE FROM player_group g WHERE g.id = in_group;
   END $$`,

  // The lead passes to the officer who has been one for longest, else to the longest member; returns whom.
  `CREATE FUNCTION group_leave(in_group uuid, in_account uuid) RETURNS uuid LANGUAGE plpgsql AS $$
   DECLARE was text; heir uuid;
   BEGIN
     PERFORM 1 FROM player_group g WHERE g.id = in_group FOR UPDATE;
     DELETE FROM group_member m WHERE m.group_id = in_group AND m.account_id = in_account
       RETURNING m.role INTO was;
     IF was IS DISTINCT FROM 'leader' THEN
       RETURN NULL;
     END IF;
     SELECT m.account_id INTO heir FROM group_member m WHERE m.group_id = in_group
       ORDER BY m.role = 'officer' DESC, CASE m.role WHEN 'officer' THEN m.role_since ELSE m.joined_at END,
         m.account_id LIMIT 1;
     IF heir IS NULL THEN
       PERFORM group_end(in_group);
     ELSE
       UPDATE group_member m SET role = 'leader', role_since = clock_timestamp()
         WHERE m.group_id = in_group AND m.account_id = heir;
     END IF;
     RETURN heir;
   END $$`,

  // Accounts are locked before groups, here as by the plugin, and groups in the order of their ids.
  `CREATE FUNCTION group_account_gone() RETURNS trigger LANGUAGE plpgsql AS $$
   DECLARE one uuid;
   BEGIN
     FOR one IN
       SELECT m.group_id FROM group_member m WHERE m.account_id = OLD.id ORDER BY m.group_id
     LOOP
       PERFORM group_leave(one, OLD.id);
     END LOOP;
     RETURN OLD;
   END $$`,
  `CREATE TRIGGER group_account_gone BEFORE DELETE ON account
     FOR EACH ROW EXECUTE FUNCTION group_account_gone()`,
];
