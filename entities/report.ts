import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";
import { Sanction } from "./sanction.ts";

/** A player's report about another, with what was said in the room before it. */
@Entity({ name: "report" })
@Index("report_state_idx", ["state", "at"])
@Index("report_at_idx", ["at"])
@Index("report_reported_id_idx", ["reportedId", "at"])
@Index("report_reporter_id_idx", ["reporterId", "at"])
@Check("report_state_known", "state IN ('open', 'claimed', 'decided')")
export class Report {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "report_pkey" })
  id!: string;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  @Column({ type: "text" })
  game!: string;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  /** Null: the account was deleted. Never told to the reported player. */
  @Column({ type: "uuid", name: "reporter_id", nullable: true })
  @ForeignKey(() => Account, { name: "report_reporter_id_fkey", onDelete: "SET NULL" })
  reporterId!: string | null;

  @Column({ type: "uuid", name: "reporter_character", nullable: true })
  reporterCharacter!: string | null;

  @Column({ type: "text", name: "reporter_name" })
  reporterName!: string;

  @Column({ type: "uuid", name: "reported_id" })
  @ForeignKey(() => Account, { name: "report_reported_id_fkey", onDelete: "CASCADE" })
  reportedId!: string;

  @Column({ type: "uuid", name: "reported_character", nullable: true })
  reportedCharacter!: string | null;

  /** As it was shown in the room. */
  @Column({ type: "text", name: "reported_name" })
  reportedName!: string;

  /** One of `REPORT_REASONS`. */
  @Column({ type: "text" })
  reason!: string;

  /** In the words of the reporter. */
  @Column({ type: "text" })
  text!: string;

  /** The last lines that the reporter could read, oldest first. */
  @Column({ type: "jsonb" })
  chat!: object[];

  /** Id of the kept recording of the minute before; null: there is none. */
  @Column({ type: "text", nullable: true })
  recording!: string | null;

  @Column({ type: "text", default: "open" })
  state!: "open" | "claimed" | "decided";

  @Column({ type: "uuid", name: "claimed_by", nullable: true })
  @ForeignKey(() => Account, { name: "report_claimed_by_fkey", onDelete: "SET NULL" })
  claimedBy!: string | null;

  /** Of an operator without an account. */
  @Column({ type: "text", name: "claimed_by_name", default: "" })
  claimedByName!: string;

  @Column({ type: "timestamptz", name: "claimed_at", nullable: true })
  claimedAt!: Date | null;

  /** Null: it is not decided. */
  @Column({ type: "text", nullable: true })
  outcome!: string | null;

  /** Why it was decided so, for other moderators. */
  @Column({ type: "text", default: "" })
  decision!: string;

  @Column({ type: "timestamptz", name: "decided_at", nullable: true })
  decidedAt!: Date | null;

  @Column({ type: "uuid", name: "sanction_id", nullable: true })
  @ForeignKey(() => Sanction, { name: "report_sanction_id_fkey", onDelete: "SET NULL" })
  sanctionId!: string | null;

  /** How often it was reopened. */
  @Column({ type: "integer", default: 0 })
  reopened!: number;
}
