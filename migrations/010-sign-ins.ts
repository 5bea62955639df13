import type { MigrationInterface, QueryRunner } from "typeorm";

/** Names, passwords and roles of accounts; sign-ins with rotating refresh tokens; join tickets. */
export class SignIns1763700000010 implements MigrationInterface {
  readonly name = "SignIns1763700000010";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE account
        ADD name text,
        ADD name_key text,
        ADD email text,
        ADD email_key text,
        ADD password_hash text,
        ADD role text NOT NULL DEFAULT 'player'
          CONSTRAINT account_role_known CHECK (role IN ('player', 'moderator', 'admin')),
        ADD reset_hash text,
        ADD reset_until timestamptz,
        ALTER recovery_hash DROP NOT NULL,
        ADD CONSTRAINT account_registered_named CHECK (kind <> 'registered' OR name_key IS NOT NULL)`);
    await runner.query("CREATE UNIQUE INDEX account_name_key_key ON account (name_key)");
    await runner.query("CREATE UNIQUE INDEX account_email_key_key ON account (email_key)");
    await runner.query(`
      CREATE TABLE sign_in (
        id uuid CONSTRAINT sign_in_pkey PRIMARY KEY,
        account_id uuid NOT NULL
          CONSTRAINT sign_in_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        address text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
      )`);
    await runner.query("CREATE INDEX sign_in_account_id_idx ON sign_in (account_id)");
    await runner.query(`
      CREATE TABLE refresh_token (
        hash text CONSTRAINT refresh_token_pkey PRIMARY KEY,
        sign_in_id uuid NOT NULL
          CONSTRAINT refresh_token_sign_in_id_fkey REFERENCES sign_in (id) ON DELETE CASCADE,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      )`);
    await runner.query("CREATE INDEX refresh_token_sign_in_id_idx ON refresh_token (sign_in_id)");
    await runner.query("CREATE INDEX refresh_token_expires_at_idx ON refresh_token (expires_at)");
    await runner.query(`
      CREATE TABLE join_ticket (
        hash text CONSTRAINT join_ticket_pkey PRIMARY KEY,
        sign_in_id uuid NOT NULL
          CONSTRAINT join_ticket_sign_in_id_fkey REFERENCES sign_in (id) ON DELETE CASCADE,
        character_id uuid NOT NULL
          CONSTRAINT join_ticket_character_id_fkey REFERENCES character (id) ON DELETE CASCADE,
        game text,
        room_id text,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT join_ticket_bound CHECK ((game IS NULL) <> (room_id IS NULL))
      )`);
    await runner.query("CREATE INDEX join_ticket_expires_at_idx ON join_ticket (expires_at)");
    // The token in a guest's browser stays valid: it is the first refresh token of a sign-in. The sign-in
    // takes the id of the account, because the two databases share no function that makes a uuid.
    await runner.query("INSERT INTO sign_in (id, account_id, address) SELECT id, id, '' FROM account");
    await runner.query(`
      INSERT INTO refresh_token (hash, sign_in_id, expires_at)
      SELECT token_hash, id, now() + interval '400 days' FROM account`);
    await runner.query("ALTER TABLE account DROP token_hash");
  }

  async down(runner: QueryRunner): Promise<void> {
    // Each account keeps one unused token. An account without one gets a hash that matches no token.
    await runner.query("ALTER TABLE account ADD token_hash text");
    await runner.query(`
      UPDATE account SET
        token_hash = COALESCE((
          SELECT min(hash) FROM refresh_token JOIN sign_in ON sign_in.id = sign_in_id
          WHERE account_id = account.id AND used_at IS NULL AND revoked_at IS NULL), 'none:' || account.id),
        recovery_hash = COALESCE(recovery_hash, 'none:' || account.id)`);
    await runner.query("ALTER TABLE account ALTER token_hash SET NOT NULL");
    await runner.query("CREATE UNIQUE INDEX account_token_hash_key ON account (token_hash)");
    await runner.query("DROP TABLE join_ticket");
    await runner.query("DROP TABLE refresh_token");
    await runner.query("DROP TABLE sign_in");
    await runner.query(`
      ALTER TABLE account
        DROP CONSTRAINT account_registered_named,
        DROP name, DROP name_key, DROP email, DROP email_key, DROP password_hash, DROP role,
        DROP reset_hash, DROP reset_until,
        ALTER recovery_hash SET NOT NULL`);
  }
}
