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

/** The lease on a persistent zone: one room at most has it, and its process renews it. */
@Entity({ name: "zone_lease" })
export class ZoneLease {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "zone_lease_pkey" })
  key!: string;

  /** Incarnation of the process; null: free. */
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

/** A zone's save that an operator has set aside: the zone begins anew, and the save can be restored. */
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

  /** Why it was set aside. */
  @Column({ type: "text" })
  reason!: string;

  @Column({ type: "timestamptz", name: "quarantined_at", default: () => "now()" })
  quarantinedAt!: Date;
}
