import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** A deletion of an account that waits for the end of its grace time. */
@Entity({ name: "account_deletion" })
export class AccountDeletion {
  @PrimaryColumn({ type: "uuid", name: "account_id", primaryKeyConstraintName: "account_deletion_pkey" })
  @ForeignKey(() => Account, { name: "account_deletion_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  @Column({ type: "timestamptz", name: "asked_at", default: () => "now()" })
  askedAt!: Date;

  @Column({ type: "timestamptz", name: "delete_at" })
  @Index("account_deletion_delete_at_idx")
  deleteAt!: Date;

  /** True: the owner asked, and a sign-in undoes it. False: an operator did, and only one undoes it. */
  @Column({ type: "boolean", name: "by_player" })
  byPlayer!: boolean;

  @Column({ type: "uuid", name: "asked_by", nullable: true })
  @ForeignKey(() => Account, { name: "account_deletion_asked_by_fkey", onDelete: "SET NULL" })
  askedBy!: string | null;

  /** Of an operator without an account. */
  @Column({ type: "text", name: "asked_by_name", default: "" })
  askedByName!: string;

  @Column({ type: "text", default: "" })
  reason!: string;
}
