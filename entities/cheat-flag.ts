import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { Account } from "./account.ts";

/** A player who came to the threshold of the cheat detection, with the last input frames. */
@Entity({ name: "cheat_flag" })
@Index("cheat_flag_at_idx", ["at"])
@Index("cheat_flag_account_id_idx", ["accountId", "at"])
export class CheatFlag {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "cheat_flag_pkey" })
  id!: string;

  /** By the clock of the process. */
  @Column({ type: "timestamptz" })
  at!: Date;

  @Column({ type: "uuid", name: "account_id" })
  @ForeignKey(() => Account, { name: "cheat_flag_account_id_fkey", onDelete: "CASCADE" })
  accountId!: string;

  @Column({ type: "uuid", name: "character_id" })
  characterId!: string;

  @Column({ type: "text" })
  game!: string;

  @Column({ type: "text", name: "room_id" })
  roomId!: string;

  @Column({ type: "double precision" })
  score!: number;

  /** What the room did: "note", "slow" or "kick". */
  @Column({ type: "text" })
  action!: string;

  /** Points by signal. */
  @Column({ type: "jsonb" })
  signals!: Record<string, number>;

  /** Tick, direction and buttons of each, oldest first. */
  @Column({ type: "jsonb" })
  inputs!: [number, number, number, number][];
}
