import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** Whom an external identity provider knows an account as. */
@Entity({ name: "account_identity" })
export class AccountIdentity {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "account_identity_pkey" })
  issuer!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "account_identity_pkey" })
  subject!: string;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "account_identity_account_id_fkey", onDelete: "CASCADE" })
  @Index("account_identity_account_id_idx")
  accountId!: string;

  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;
}

/** A sign-in that was sent to the provider and has not come back; it comes back once. */
@Entity({ name: "oidc_attempt" })
export class OidcAttempt {
  /** SHA-256, hex, as is the binding's. */
  @PrimaryColumn({ type: "text", name: "state_hash", primaryKeyConstraintName: "oidc_attempt_pkey" })
  stateHash!: string;

  /** Of what only the browser that began knows. */
  @Column({ type: "text", name: "binding_hash" })
  bindingHash!: string;

  @Column({ type: "text" })
  nonce!: string;

  /** PKCE: RFC 7636. */
  @Column({ type: "text" })
  verifier!: string;

  /** The guest who is to be upgraded. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  @ForeignKey(() => Account, { name: "oidc_attempt_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string | null;

  @Column({ type: "timestamptz", name: "expires_at" })
  @Index("oidc_attempt_expires_at_idx")
  expiresAt!: Date;
}
