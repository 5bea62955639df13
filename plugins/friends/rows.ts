import { Account } from "roomkeep/entities";
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";

/**
 * Two accounts: what they are to each other, and who blocks whom. The lower id stands first, so that a pair
 * has one row.
 *
 * @example
 * const blocks = await db.query("SELECT count(*) FROM friend_relation WHERE low_blocks OR high_blocks");
 */
@Entity({ name: "friend_relation" })
@Index("friend_relation_high_id_idx", ["highId"])
@Index("friend_relation_asked_idx", ["since"], { where: "state = 'asked'" })
@Check("friend_relation_ordered", "low_id < high_id")
@Check("friend_relation_state_known", "state IN ('none', 'asked', 'friends')")
@Check("friend_relation_asked_by", "(state = 'asked') = (asked_by IS NOT NULL)")
@Check("friend_relation_asked_by_one", "asked_by IN (low_id, high_id)")
export class FriendRelation {
  @PrimaryColumn({ type: "uuid", name: "low_id", primaryKeyConstraintName: "friend_relation_pkey" })
  @ForeignKey(() => Account, { name: "friend_relation_low_id_fkey", onDelete: "CASCADE" })
  lowId!: string;

  @PrimaryColumn({ type: "uuid", name: "high_id", primaryKeyConstraintName: "friend_relation_pkey" })
  @ForeignKey(() => Account, { name: "friend_relation_high_id_fkey", onDelete: "CASCADE" })
  highId!: string;

  @Column({ type: "text" })
  state!: "none" | "asked" | "friends";

  /** Who asked, while the request waits. It is never somebody who blocks the other. */
  @Column({ type: "uuid", name: "asked_by", nullable: true })
  askedBy!: string | null;

  @Column({ type: "boolean", name: "low_blocks" })
  lowBlocks!: boolean;

  @Column({ type: "boolean", name: "high_blocks" })
  highBlocks!: boolean;

  /** Last change of the state. */
  @Column({ type: "timestamptz", default: () => "now()" })
  since!: Date;
}

/** The code by which an account is found; made when it is first asked for. */
@Entity({ name: "friend_code" })
@Unique("friend_code_code_key", ["code"])
export class FriendCode {
  @PrimaryColumn({ type: "uuid", name: "account_id", primaryKeyConstraintName: "friend_code_pkey" })
  @ForeignKey(() => Account, { name: "friend_code_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  @Column({ type: "text" })
  code!: string;
}
