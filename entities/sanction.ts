import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";
import { Character } from "./character.ts";

/** What a moderator did to an account, one of its characters, or all who come from some addresses. */
@Entity({ name: "sanction" })
@Index("sanction_account_id_idx", ["accountId", "givenAt"])
@Index("sanction_network_idx", ["network"], { where: "network IS NOT NULL" })
@Index("sanction_given_at_idx", ["givenAt"])
@Check("sanction_kind_known", "kind IN ('warn', 'mute', 'kick', 'ban')")
@Check("sanction_of_one", "(account_id IS NULL) <> (network IS NULL)")
export class Sanction {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "sanction_pkey" })
  id!: string;

  @Column({ type: "text" })
  kind!: "warn" | "mute" | "kick" | "ban";

  /** Null: it is of a network. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  @ForeignKey(() => Account, { name: "sanction_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string | null;

  /** Of a ban of one character; null: it is of the whole account, or of a network. */
  @Column({ type: "uuid", name: "character_id", nullable: true })
  @ForeignKey(() => Character, { name: "sanction_character_id_fkey", onDelete: "CASCADE" })
  characterId!: string | null;

  /** Addresses of a ban, such as 192.0.2.0/24; null: it is of an account. */
  @Column({ type: "cidr", nullable: true })
  network!: string | null;

  /** Of a mute: nothing can be written. */
  @Column({ type: "boolean", default: false })
  chat!: boolean;

  /** Of a mute: nothing can be said. */
  @Column({ type: "boolean", default: false })
  voice!: boolean;

  /** Told to the player. */
  @Column({ type: "text" })
  reason!: string;

  @Column({ type: "timestamptz", name: "given_at", default: () => "now()" })
  givenAt!: Date;

  /** Null: never, or it is over as it is given. */
  @Column({ type: "timestamptz", name: "ends_at", nullable: true })
  endsAt!: Date | null;

  /** Account of the moderator; null: who gave it has none, or none any more. */
  @Column({ type: "uuid", name: "given_by", nullable: true })
  @ForeignKey(() => Account, { name: "sanction_given_by_fkey", onDelete: "SET NULL" })
  givenBy!: string | null;

  /** Of an operator without an account. */
  @Column({ type: "text", name: "given_by_name", default: "" })
  givenByName!: string;

  /** When its player read a warning. */
  @Column({ type: "timestamptz", name: "read_at", nullable: true })
  readAt!: Date | null;

  @Column({ type: "timestamptz", name: "lifted_at", nullable: true })
  liftedAt!: Date | null;

  @Column({ type: "uuid", name: "lifted_by", nullable: true })
  @ForeignKey(() => Account, { name: "sanction_lifted_by_fkey", onDelete: "SET NULL" })
  liftedBy!: string | null;

  @Column({ type: "text", name: "lifted_by_name", default: "" })
  liftedByName!: string;

  @Column({ type: "text", name: "lift_reason", default: "" })
  liftReason!: string;
}

/** What moderators remember about a player; never told to the player in a room. */
@Entity({ name: "player_note" })
@Index("player_note_account_id_idx", ["accountId", "at"])
export class PlayerNote {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "player_note_pkey" })
  id!: string;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "player_note_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  @Column({ type: "uuid", name: "written_by", nullable: true })
  @ForeignKey(() => Account, { name: "player_note_written_by_fkey", onDelete: "SET NULL" })
  writtenBy!: string | null;

  @Column({ type: "text", name: "written_by_name", default: "" })
  writtenByName!: string;

  @Column({ type: "text" })
  text!: string;
}
