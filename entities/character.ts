import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/**
 * A character and the lease on it. One process at a time owns it; every write names `owner` and `epoch`, and
 * a write that changes no row has been fenced. Written by SQL only (`server/persistence/character-rows.ts`),
 * never by `save()`: that would write columns it has not looked at.
 *
 * @example
 * @ForeignKey(() => Character, { name: "score_character_id_fkey", onDelete: "CASCADE" })
 * characterId!: string;
 */
@Entity({ name: "character" })
@Check("character_coins_range", "coins >= 0 AND coins <= 9007199254740991")
@Index("character_owner_idx", ["owner"], { where: "owner IS NOT NULL" })
@Index("character_transfer_from_idx", ["transferFrom"], { where: "transfer_from IS NOT NULL" })
export class Character {
  /** Primary key; the same in rooms, items and the ledger. */
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "character_pkey" })
  id!: string;

  /** Owner of the character. */
  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "character_account_id_fkey", onDelete: "CASCADE" })
  @Index("character_account_id_idx")
  accountId!: string;

  /** Shown to others; 1 to 24 characters, not unique. */
  @Column({ type: "text" })
  name!: string;

  /** Index into COLORS. */
  @Column({ type: "smallint" })
  color!: number;

  /** Index into SHAPES. */
  @Column({ type: "smallint" })
  shape!: number;

  /** A bigint, so the driver gives a string; at most 2^53 - 1, so that it is exact as a number. */
  @Column({ type: "bigint", default: "0" })
  coins!: string;

  /** The versioned snapshot: `CharacterState` of `rooms/ports/ports.ts`. */
  @Column({ type: "jsonb" })
  state!: object;

  /**
   * Grows with each save of `state`. A save names the version that it follows, so an older one cannot
   * overwrite a newer.
   */
  @Column({ type: "integer", default: 0 })
  version!: number;

  /** Incarnation of the process with the lease, unique per boot; null: free. */
  @Column({ type: "text", nullable: true })
  owner!: string | null;

  /** Room that has the character, in the process of `owner`; null when no room has it. */
  @Column({ type: "text", name: "room_id", nullable: true })
  roomId!: string | null;

  /** Grows at each acquisition. Two a second would take 34 years to fill an integer. */
  @Column({ type: "integer", default: 0 })
  epoch!: number;

  /** When the lease runs out unless it is renewed, by the database's clock; null: free. */
  @Column({ type: "timestamptz", name: "lease_until", nullable: true })
  leaseUntil!: Date | null;

  /**
   * Set during a hand-over: only the room with this nonce may claim the character, until `transfer_until`.
   */
  @Column({ type: "text", name: "transfer_nonce", nullable: true })
  transferNonce!: string | null;

  /** When the hand-over runs out; null: none is under way. */
  @Column({ type: "timestamptz", name: "transfer_until", nullable: true })
  transferUntil!: Date | null;

  /** Incarnation of the process that handed it over: if that dies, the nonce ends with it. */
  @Column({ type: "text", name: "transfer_from", nullable: true })
  transferFrom!: string | null;

  /** When the character was made. */
  @Column({ type: "timestamptz", name: "created_at", default: () => "now()" })
  createdAt!: Date;

  /** Last save, or change of name or looks. */
  @Column({ type: "timestamptz", name: "updated_at", default: () => "now()" })
  updatedAt!: Date;

  /** Time of the last choice. An account plays the character with the latest. */
  @Column({ type: "timestamptz", name: "chosen_at", nullable: true })
  chosenAt!: Date | null;

  /** Time of the deletion by the player: it cannot be claimed, and may be restored for some days. */
  @Column({ type: "timestamptz", name: "deleted_at", nullable: true })
  deletedAt!: Date | null;
}
