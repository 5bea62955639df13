import { Check, Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A person: a guest now, with a name and a password later. Characters belong to it. */
@Entity({ name: "account" })
@Check("account_kind_known", "kind IN ('guest', 'registered')")
export class Account {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "account_pkey" })
  id!: string;

  /** `guest` signs in by token alone. */
  @Column({ type: "text" })
  kind!: "guest" | "registered";

  /** SHA-256 of the sign-in token, hex. The token itself is only in the player's browser. */
  @Column({ type: "text", name: "token_hash" })
  @Index("account_token_hash_key", { unique: true })
  tokenHash!: string;

  /** SHA-256 of the recovery code without its dashes, hex. */
  @Column({ type: "text", name: "recovery_hash" })
  @Index("account_recovery_hash_key", { unique: true })
  recoveryHash!: string;

  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;

  @Column({ type: "timestamptz", name: "last_seen_at", default: () => "now()" })
  lastSeenAt!: Date;
}
