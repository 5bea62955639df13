import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** The last seconds of a room, written down with a reason. */
@Entity({ name: "kept_recording" })
@Index("kept_recording_at_idx", ["at"])
@Index("kept_recording_about_idx", ["about"])
@Index("kept_recording_account_ids_idx", { synchronize: false })
export class KeptRecording {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "kept_recording_pkey" })
  id!: string;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  @Column({ type: "text" })
  game!: string;

  @Column({ type: "integer", name: "from_tick" })
  fromTick!: number;

  @Column({ type: "integer", name: "to_tick" })
  toTick!: number;

  /** By the clock of the process. */
  @Column({ type: "timestamptz", name: "from_at" })
  fromAt!: Date;

  @Column({ type: "timestamptz", name: "to_at" })
  toAt!: Date;

  @Column({ type: "text" })
  reason!: string;

  /** Name of the operator, or what asked by itself. */
  @Column({ type: "text" })
  by!: string;

  /** What it belongs to, such as `report:…`; empty: nothing. */
  @Column({ type: "text", default: "" })
  about!: string;

  /** Whose players were in the room meanwhile. */
  @Column({ type: "uuid", name: "account_ids", array: true })
  accountIds!: string[];

  /** Version of roomkeep that recorded it. */
  @Column({ type: "text" })
  version!: string;

  /** Of the recording as it is stored. */
  @Column({ type: "integer" })
  bytes!: number;

  /** The lines of a recording, as gzip. */
  @Column({ type: "bytea" })
  recording!: Buffer;
}
