import { Check, Column, Entity, PrimaryColumn } from "typeorm";

/**
 * The purse of what is no character, such as the bank of a group. Its items are in the container of the same
 * name. Only the ledger changes it.
 *
 * @example
 * const [{ coins }] = await db.query("SELECT coins FROM vault WHERE name = $1", ["vault:groups:<group>"]);
 */
@Entity({ name: "vault" })
@Check("vault_coins_range", "coins >= 0")
export class Vault {
  /** "vault:", the plugin, and the plugin's own name of it. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "vault_pkey" })
  name!: string;

  /** A bigint, so the driver gives a string. */
  @Column({ type: "bigint", default: "0" })
  coins!: string;
}
