import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** An alert that was raised: open until it has recovered, one of a rule and a subject at a time. */
@Entity({ name: "alert" })
@Index("alert_open_idx", ["rule", "subject"], { unique: true, where: "recovered_at IS NULL" })
@Index("alert_fired_at_idx", ["firedAt"])
export class Alert {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "alert_pkey" })
  id!: string;

  @Column({ type: "text" })
  rule!: string;

  /** Address of a process, or "cluster". */
  @Column({ type: "text" })
  subject!: string;

  @Column({ type: "text" })
  severity!: string;

  /** When it was told last, and beyond which it was raised. */
  @Column({ type: "double precision" })
  value!: number;

  @Column({ type: "double precision" })
  threshold!: number;

  @Column({ type: "timestamptz", name: "fired_at" })
  firedAt!: Date;

  @Column({ type: "timestamptz", name: "told_at" })
  toldAt!: Date;

  /** How often it was told. */
  @Column({ type: "integer" })
  times!: number;

  @Column({ type: "timestamptz", name: "recovered_at", nullable: true })
  recoveredAt!: Date | null;

  @Column({ type: "timestamptz", name: "acknowledged_at", nullable: true })
  acknowledgedAt!: Date | null;

  @Column({ type: "text", name: "acknowledged_by", nullable: true })
  acknowledgedBy!: string | null;
}
