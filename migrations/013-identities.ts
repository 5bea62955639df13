import type { MigrationInterface, QueryRunner } from "typeorm";

/** Sign-in by an external identity provider (OpenID Connect). */
export class Identities1763700000013 implements MigrationInterface {
  readonly name = "Identities1763700000013";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE account_identity (
        issuer text NOT NULL,
        subject text NOT NULL,
        account_id uuid NOT NULL
          CONSTRAINT account_identity_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT account_identity_pkey PRIMARY KEY (issuer, subject)
      )`);
    await runner.query("CREATE INDEX account_identity_account_id_idx ON account_identity (account_id)");
    await runner.query(`
      CREATE TABLE oidc_attempt (
        state_hash text CONSTRAINT oidc_attempt_pkey PRIMARY KEY,
        binding_hash text NOT NULL,
        nonce text NOT NULL,
        verifier text NOT NULL,
        account_id uuid
          CONSTRAINT oidc_attempt_account_id_fkey REFERENCES account (id) ON DELETE CASCADE,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query("CREATE INDEX oidc_attempt_expires_at_idx ON oidc_attempt (expires_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE oidc_attempt");
    await runner.query("DROP TABLE account_identity");
  }
}
