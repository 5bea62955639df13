import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** What the overview showed of a process in one minute. */
@Entity({ name: "metric_history" })
@Index("metric_history_at_idx", ["at"])
export class MetricHistory {
  @PrimaryColumn({ type: "text", name: "process_id", primaryKeyConstraintName: "metric_history_pkey" })
  processId!: string;

  /** End of the minute, by the clock of the process. */
  @PrimaryColumn({ type: "timestamptz", primaryKeyConstraintName: "metric_history_pkey" })
  at!: Date;

  /** As they were taken; null after an hour. */
  @Column({ type: "jsonb", nullable: true })
  samples!: unknown[] | null;

  /** All of them as one. */
  @Column({ type: "jsonb" })
  merged!: unknown;

  /** How many there were. */
  @Column({ type: "integer", name: "merged_of" })
  mergedOf!: number;
}
