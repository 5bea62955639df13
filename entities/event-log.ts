import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** An event of a room that its game marked `keep`. */
@Entity({ name: "event_log" })
@Index("event_log_actor_idx", ["actor", "at"])
@Index("event_log_name_idx", ["name", "at"])
@Index("event_log_at_idx", ["at", "id"])
export class EventLog {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "event_log_pkey" })
  id!: string;

  /** When it was written, by the database's clock. */
  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  /** Name of the game. */
  @Column({ type: "text" })
  game!: string;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  @Column({ type: "text", nullable: true })
  zone!: string | null;

  /** Time of the room, ms. */
  @Column({ type: "double precision", name: "at_ms" })
  atMs!: number;

  /** Number of the event within its room. */
  @Column({ type: "integer" })
  seq!: number;

  @Column({ type: "text" })
  name!: string;

  @Column({ type: "text", nullable: true })
  actor!: string | null;

  @Column({ type: "double precision", nullable: true })
  x!: number | null;

  @Column({ type: "double precision", nullable: true })
  z!: number | null;

  @Column({ type: "jsonb" })
  payload!: unknown;
}
