import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";
import { Character } from "./character.ts";

/** One sign-in of an account on one browser: the family of its refresh tokens. */
@Entity({ name: "sign_in" })
@Index("sign_in_address_idx", ["createdAt"], { where: "address <> ''" })
export class SignIn {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "sign_in_pkey" })
  id!: string;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "sign_in_account_id_fkey", onDelete: "CASCADE" })
  @Index("sign_in_account_id_idx")
  accountId!: string;

  /** Address it was made from; empty once it has run out. */
  @Column({ type: "text" })
  address!: string;

  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;

  /** Set by a sign-out, or when one of its tokens was used twice. */
  @Column({ type: "timestamptz", name: "revoked_at", nullable: true })
  revokedAt!: Date | null;
}

/** A refresh token: good once, for an access token and its own successor. */
@Entity({ name: "refresh_token" })
export class RefreshToken {
  /** SHA-256, hex. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "refresh_token_pkey" })
  hash!: string;

  @Column({ type: "uuid", name: "sign_in_id" })
  @ForeignKey(() => SignIn, { name: "refresh_token_sign_in_id_fkey", onDelete: "CASCADE" })
  @Index("refresh_token_sign_in_id_idx")
  signInId!: string;

  @Column({ type: "timestamptz", name: "expires_at" })
  @Index("refresh_token_expires_at_idx")
  expiresAt!: Date;

  @Column({ type: "timestamptz", name: "used_at", nullable: true })
  usedAt!: Date | null;
}

/** Lets one character into one room, or into any room of one game, once. */
@Entity({ name: "join_ticket" })
@Check("join_ticket_bound", "(game IS NULL) <> (room_id IS NULL)")
export class JoinTicket {
  /** SHA-256, hex. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "join_ticket_pkey" })
  hash!: string;

  @Column({ type: "uuid", name: "sign_in_id" })
  @ForeignKey(() => SignIn, { name: "join_ticket_sign_in_id_fkey", onDelete: "CASCADE" })
  signInId!: string;

  @Column({ type: "uuid", name: "character_id" })
  @ForeignKey(() => Character, { name: "join_ticket_character_id_fkey", onDelete: "CASCADE" })
  characterId!: string;

  @Column({ type: "text", nullable: true })
  game!: string | null;

  @Column({ type: "text", name: "room_id", nullable: true })
  roomId!: string | null;

  @Column({ type: "timestamptz", name: "expires_at" })
  @Index("join_ticket_expires_at_idx")
  expiresAt!: Date;

  @Column({ type: "timestamptz", name: "used_at", nullable: true })
  usedAt!: Date | null;
}
