import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** A console command of a room, done or refused. The row outlives the account that gave the command. */
@Entity({ name: "audit_entry" })
@Index("audit_entry_at_idx", ["at"])
@Index("audit_entry_account_id_idx", ["accountId", "at"])
@Index("audit_entry_concerns_idx", ["concerns", "seq"])
export class AuditEntry {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "audit_entry_pkey" })
  id!: string;

  /** By the clock of the process. */
  @Column({ type: "timestamptz" })
  at!: Date;

  /** Session id of a player, or the name of an operator. */
  @Column({ type: "text" })
  caller!: string;

  @Column({ type: "text" })
  role!: string;

  /** Null for an operator. */
  @Column({ type: "uuid", name: "account_id", nullable: true })
  accountId!: string | null;

  @Column({ type: "uuid", name: "character_id", nullable: true })
  characterId!: string | null;

  @Column({ type: "text" })
  game!: string;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  @Column({ type: "text" })
  line!: string;

  /** "done", or the code of the refusal. */
  @Column({ type: "text" })
  outcome!: string;

  /** Its number in the chain: no other has it, and none is left out. */
  @Column({ type: "bigint" })
  @Index("audit_entry_seq_key", { unique: true })
  seq!: string;

  /** Hash of the entry before. */
  @Column({ type: "text" })
  prev!: string;

  /** SHA-256 of all the other values, hex. */
  @Column({ type: "text" })
  hash!: string;

  /** Name of the operation, if it is one. */
  @Column({ type: "text", nullable: true })
  operation!: string | null;

  /** The account that it was done to. */
  @Column({ type: "uuid", nullable: true })
  concerns!: string | null;
}
