import { Account, Character } from "roomkeep/entities";
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";

/**
 * One stay of a character in a room, from its join to its leave, by the clock of the process.
 *
 * @example
 * const playing = await db.query("SELECT character_id FROM visit WHERE ended_at IS NULL");
 */
@Entity({ name: "visit" })
@Index("visit_account_id_idx", ["accountId", "startedAt"])
@Index("visit_character_id_idx", ["characterId", "startedAt"])
@Index("visit_open_idx", ["startedAt"], { where: "ended_at IS NULL" })
@Index("visit_started_at_idx", ["startedAt"])
export class Visit {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "visit_pkey" })
  id!: string;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "visit_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  @Column({ type: "uuid", name: "character_id" })
  @ForeignKey(() => Character, { name: "visit_character_id_fkey", onDelete: "CASCADE" })
  characterId!: string;

  @Column({ type: "text" })
  game!: string;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  /** Incarnation of the process. */
  @Column({ type: "text" })
  process!: string;

  /** Of the claim under which it was played. */
  @Column({ type: "integer" })
  epoch!: number;

  /** Address of the client; empty when it is not known. */
  @Column({ type: "text" })
  address!: string;

  @Column({ type: "timestamptz", name: "started_at" })
  startedAt!: Date;

  @Column({ type: "timestamptz", name: "ended_at", nullable: true })
  endedAt!: Date | null;

  /** Why it ended: "left", "taken-over", "fenced", or "lost" when its process died. */
  @Column({ type: "text", nullable: true })
  ending!: string | null;
}
