import { Check, Column, Entity, Index, PrimaryColumn } from "typeorm";

/** Role of an account. Only an admin sets it, never a client. */
export type AccountRole = "player" | "moderator" | "operator" | "admin";

/**
 * A person's account: a guest, or registered with a name and a password or an external identity.
 *
 * @example
 * @ForeignKey(() => Account, { name: "friend_account_id_fkey", onDelete: "CASCADE" })
 * accountId!: string;
 */
@Entity({ name: "account" })
@Index("account_guest_idx", ["lastSeenAt"], { where: "kind = 'guest'" })
@Check("account_kind_known", "kind IN ('guest', 'registered')")
@Check("account_role_known", "role IN ('player', 'moderator', 'operator', 'admin')")
@Check("account_registered_named", "kind <> 'registered' OR name_key IS NOT NULL")
export class Account {
  /** Primary key; made by the server. */
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "account_pkey" })
  id!: string;

  /**
   * `guest`: signs in by tokens in its browser or by its recovery code. `registered`: by password or
   * provider.
   */
  @Column({ type: "text" })
  kind!: "guest" | "registered";

  /** SHA-256 of the recovery code without its dashes, hex; null once registered. */
  @Column({ type: "text", name: "recovery_hash", nullable: true })
  @Index("account_recovery_hash_key", { unique: true })
  recoveryHash!: string | null;

  /** When the account was made. */
  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;

  /** Last refresh of a sign-in: guests who are idle too long are deleted by it. */
  @Column({ type: "timestamptz", name: "last_seen_at", default: () => "now()" })
  lastSeenAt!: Date;

  /** In the player's own spelling. */
  @Column({ type: "text", nullable: true })
  name!: string | null;

  /** Folded, so that no two names look alike: `server/accounts/account-names.ts`. */
  @Column({ type: "text", name: "name_key", nullable: true })
  @Index("account_name_key_key", { unique: true })
  nameKey!: string | null;

  /** In the owner's own spelling; null: none was given. */
  @Column({ type: "text", nullable: true })
  email!: string | null;

  /** Folded, so that one address belongs to one account. */
  @Column({ type: "text", name: "email_key", nullable: true })
  @Index("account_email_key_key", { unique: true })
  emailKey!: string | null;

  /** Argon2id in the PHC format; null for guests and for those who sign in by a provider only. */
  @Column({ type: "text", name: "password_hash", nullable: true })
  passwordHash!: string | null;

  /** What the account may do in consoles and privileged routes. */
  @Column({ type: "text", default: "player" })
  role!: AccountRole;

  /** SHA-256 of the admin's one-time reset code, hex. */
  @Column({ type: "text", name: "reset_hash", nullable: true })
  resetHash!: string | null;

  /** When the reset code runs out; null: there is none. */
  @Column({ type: "timestamptz", name: "reset_until", nullable: true })
  resetUntil!: Date | null;
}
