import { Column, Entity, ForeignKey, PrimaryColumn } from "typeorm";
import { Character } from "./character.ts";

/**
 * A death before its revival. While the row exists, the character owns no carried items and cannot die again.
 */
@Entity({ name: "death_lock" })
export class DeathLock {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "death_lock_pkey" })
  @ForeignKey(() => Character, { name: "death_lock_character_fkey", onDelete: "CASCADE" })
  character!: string;

  /** Container of the items that the character carried. */
  @Column({ type: "text" })
  pile!: string;

  @Column({ type: "text" })
  zone!: string;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;
}

/** How many of a kind a character has killed. */
@Entity({ name: "kill_count" })
export class KillCount {
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "kill_count_pkey" })
  @ForeignKey(() => Character, { name: "kill_count_character_fkey", onDelete: "CASCADE" })
  character!: string;

  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "kill_count_pkey" })
  kind!: string;

  @Column({ type: "integer" })
  kills!: number;
}
