import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** A value that an operator has set: of a setting, or the rules of a flag. */
@Entity({ name: "live_setting" })
export class LiveSetting {
  /** "setting" or "flag". */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "live_setting_pkey" })
  kind!: string;

  /** Name of the environment variable, or of the flag. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "live_setting_pkey" })
  name!: string;

  /** JSON. Text, because jsonb does not hold every text that JSON does. */
  @Column({ type: "text" })
  value!: string;
}

/** Who changed a setting or a flag, from what to what, and why. */
@Entity({ name: "setting_change" })
@Index("setting_change_name_idx", ["kind", "name", "id"])
@Index("setting_change_account_id_idx", ["accountId"])
export class SettingChange {
  @PrimaryColumn({
    type: "bigint",
    generated: "identity",
    generatedIdentity: "ALWAYS",
    primaryKeyConstraintName: "setting_change_pkey",
  })
  id!: string;

  @Column({ type: "text" })
  kind!: string;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  /** Name of an operator without an account; empty where there is an account. */
  @Column({ type: "text" })
  caller!: string;

  /** Null: an operator without an account, or an account that was deleted. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  @ForeignKey(() => Account, { name: "setting_change_account_id_fkey", onDelete: "SET NULL" })
  accountId!: string | null;

  /** JSON of what was set before; null: nothing was. */
  @Column({ type: "text", nullable: true })
  before!: string | null;

  /** JSON of what is set now; null: it was reset. */
  @Column({ type: "text", nullable: true })
  after!: string | null;

  @Column({ type: "text" })
  reason!: string;
}
