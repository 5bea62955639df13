import type { MigrationInterface, QueryRunner } from "typeorm";

/** Finds what is swept: addresses of old sign-ins, and guests who do not come back. */
export class AccountSweeps1764281947031 implements MigrationInterface {
  readonly name = "AccountSweeps1764281947031";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query("CREATE INDEX sign_in_address_idx ON sign_in (created_at) WHERE address <> ''");
    await runner.query("CREATE INDEX account_guest_idx ON account (last_seen_at) WHERE kind = 'guest'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP INDEX account_guest_idx");
    await runner.query("DROP INDEX sign_in_address_idx");
  }
}
