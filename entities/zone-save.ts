import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** The world of a persistent zone as it was last saved. */
@Entity({ name: "zone_save" })
export class ZoneSave {
  /** The zone's name, e.g. "plaza". */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "zone_save_pkey" })
  key!: string;

  @Column({ type: "bytea" })
  snapshot!: Buffer;

  /** Grows with each save: a save names the version it follows. */
  @Column({ type: "integer", default: 1 })
  version!: number;

  @Column({ type: "timestamptz", name: "saved_at", default: () => "now()" })
  savedAt!: Date;
}

/** A zone's snapshot that could not be read, put aside for a person to look at while the zone starts afresh. */
@Entity({ name: "zone_quarantine" })
export class ZoneQuarantine {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "zone_quarantine_pkey" })
  id!: string;

  @Column({ type: "text" })
  @Index("zone_quarantine_key_idx")
  key!: string;

  @Column({ type: "bytea" })
  snapshot!: Buffer;

  @Column({ type: "integer" })
  version!: number;

  @Column({ type: "timestamptz", name: "saved_at" })
  savedAt!: Date;

  /** Why it could not be read. */
  @Column({ type: "text" })
  reason!: string;

  @Column({ type: "timestamptz", name: "quarantined_at", default: () => "now()" })
  quarantinedAt!: Date;
}
