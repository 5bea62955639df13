import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** A match that outlives its room: its last state, and the lease of the room that has it open. */
@Entity({ name: "lasting_match" })
export class LastingMatch {
  /** Code of its room, whenever one is open. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "lasting_match_pkey" })
  code!: string;

  @Column({ type: "text" })
  game!: string;

  /** True: its room is on no list. */
  @Column({ type: "boolean" })
  hidden!: boolean;

  /** Sealed, hidden hands included. */
  @Column({ type: "bytea" })
  snapshot!: Buffer;

  /** Grows with each save. */
  @Column({ type: "integer", default: 1 })
  version!: number;

  /** Name of the phase that it is in; empty in a game without phases. */
  @Column({ type: "text" })
  phase!: string;

  /** True: it has ended, and opens no more. */
  @Column({ type: "boolean" })
  over!: boolean;

  @Column({ type: "timestamptz", name: "changed_at", default: () => "now()" })
  changedAt!: Date;

  /** After it the match is deleted. */
  @Column({ type: "timestamptz", name: "keep_until" })
  @Index("lasting_match_keep_until_idx")
  keepUntil!: Date;

  /** Incarnation of the process whose room has it; null: no room is open. */
  @Column({ type: "text", nullable: true })
  owner!: string | null;

  @Column({ type: "text", name: "room_id", nullable: true })
  roomId!: string | null;

  /** Grows at each claim. A save names it. */
  @Column({ type: "integer", default: 0 })
  epoch!: number;

  @Column({ type: "timestamptz", name: "lease_until", nullable: true })
  leaseUntil!: Date | null;
}

/** Who has which seat of a lasting match. */
@Entity({ name: "lasting_match_seat" })
export class LastingMatchSeat {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "lasting_match_seat_pkey" })
  @ForeignKey(() => LastingMatch, { name: "lasting_match_seat_code_fkey", onDelete: "CASCADE" })
  code!: string;

  /** From 0, in the order in which the seats were taken. */
  @PrimaryColumn({ type: "integer", primaryKeyConstraintName: "lasting_match_seat_pkey" })
  place!: number;

  /** Null: a bot's. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  @ForeignKey(() => Account, { name: "lasting_match_seat_account_id_fkey", onDelete: "CASCADE" })
  @Index("lasting_match_seat_account_id_idx")
  accountId!: string | null;

  @Column({ type: "uuid", name: "character_id", nullable: true })
  characterId!: string | null;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "boolean", name: "has_turn" })
  hasTurn!: boolean;
}
