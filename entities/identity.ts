import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** The identity of an account at an external provider: `iss` and `sub` of OpenID Connect. */
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

/** A sign-in under way at the provider. It can be finished once. */
@Entity({ name: "oidc_attempt" })
export class OidcAttempt {
  /** SHA-256 of the `state` parameter, hex. */
  @PrimaryColumn({ type: "text", name: "state_hash", primaryKeyConstraintName: "oidc_attempt_pkey" })
  stateHash!: string;

  /** SHA-256, hex, of the secret that only the browser of this sign-in has. */
  @Column({ type: "text", name: "binding_hash" })
  bindingHash!: string;

  @Column({ type: "text" })
  nonce!: string;

  /** PKCE: RFC 7636. */
  @Column({ type: "text" })
  verifier!: string;

  /** Account that began it: a guest to upgrade or a registered account to link. Null: a new account. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  @ForeignKey(() => Account, { name: "oidc_attempt_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string | null;

  @Column({ type: "timestamptz", name: "expires_at" })
  @Index("oidc_attempt_expires_at_idx")
  expiresAt!: Date;
}
