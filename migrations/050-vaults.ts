import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Purses that belong to no character, such as the bank of a group: their items are in a container of the same
 * name. What ends is booked to where all things come from, in SQL, so that a trigger can do it too.
 */
export class Vaults1764330000050 implements MigrationInterface {
  readonly name = "Vaults1764330000050";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vault (
        name text CONSTRAINT vault_pkey PRIMARY KEY,
        coins bigint NOT NULL DEFAULT 0 CONSTRAINT vault_coins_range CHECK (coins >= 0)
      )`);
    await runner.query(`
      CREATE FUNCTION vault_end(in_name text, in_reason text) RETURNS void LANGUAGE plpgsql AS $$
      DECLARE booking text := 'ended:' || gen_random_uuid()::text || ':' || in_name;
      BEGIN
        PERFORM 1 FROM vault v WHERE v.name = in_name FOR UPDATE;
        PERFORM 1 FROM item i WHERE i.container = in_name ORDER BY i.id FOR UPDATE;
        INSERT INTO ledger (request_id, leg, account, item, qty, coins, reason, epoch)
          SELECT booking, row_number() OVER () - 1,
            account, item, qty, coins, in_reason, 0
          FROM (
            SELECT side.account, i.template AS item, (side.sign * sum(i.qty))::integer AS qty, 0::bigint AS coins
            FROM item i CROSS JOIN LATERAL (VALUES (in_name, -1), ('world', 1)) AS side (account, sign)
            WHERE i.container = in_name GROUP BY 1, 2, side.sign
            UNION ALL
            SELECT side.account, NULL, 0, side.sign * v.coins
            FROM vault v CROSS JOIN LATERAL (VALUES ('purse:' || in_name, -1), ('world', 1)) AS side (account, sign)
            WHERE v.name = in_name AND v.coins <> 0
          ) AS legs;
        DELETE FROM item i WHERE i.container = in_name;
        DELETE FROM vault v WHERE v.name = in_name;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP FUNCTION vault_end(text, text)");
    await runner.query("DROP TABLE vault");
  }
}
