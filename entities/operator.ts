import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** A sign-in at the operators' desk. */
@Entity({ name: "operator_session" })
export class OperatorSession {
  /** SHA-256 of the cookie's token, hex. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "operator_session_pkey" })
  hash!: string;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "operator_session_account_id_fkey", onDelete: "CASCADE" })
  @Index("operator_session_account_id_idx")
  accountId!: string;

  /** As it was at the sign-in: another one ends the session. */
  @Column({ type: "text" })
  role!: string;

  /** Address it was made from. */
  @Column({ type: "text" })
  address!: string;

  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;

  /** Last request; whoever is idle too long is signed out. */
  @Column({ type: "timestamptz", name: "seen_at", default: () => "now()" })
  @Index("operator_session_seen_at_idx")
  seenAt!: Date;

  /** Set by a sign-out. The row stays for a while: its address is one that the account is known from. */
  @Column({ type: "timestamptz", name: "ended_at", nullable: true })
  endedAt!: Date | null;
}

/** What an operator's one-time passwords are made of. */
@Entity({ name: "operator_totp" })
export class OperatorTotp {
  @PrimaryColumn({ type: "uuid", name: "account_id", primaryKeyConstraintName: "operator_totp_pkey" })
  @ForeignKey(() => Account, { name: "operator_totp_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  /** Sealed under a key that is derived from the token keys. */
  @Column({ type: "text" })
  secret!: string;

  /** When a first code proved it; null: it is being set up and not asked for. */
  @Column({ type: "timestamptz", name: "confirmed_at", nullable: true })
  confirmedAt!: Date | null;

  /** Time step of the last code that was taken: it and earlier ones are not taken again. */
  @Column({ type: "integer", name: "last_step", default: 0 })
  lastStep!: number;
}
