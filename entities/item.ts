import { Check, Column, Entity, Index, PrimaryColumn, Unique } from "typeorm";

/**
 * A stack of like things in one slot of a container. A bag, a bank, a corpse, the ground: all are containers.
 * Only the ledger changes items.
 *
 * @example
 * const [{ total }] = await db.query("SELECT sum(qty) AS total FROM item WHERE template = $1", ["herb"]);
 */
@Entity({ name: "item" })
@Unique("item_container_slot_key", ["container", "slot"], { deferrable: "INITIALLY DEFERRED" })
@Index("item_pile_idx", ["container"], { where: "container LIKE 'pile:%'" })
@Check("item_qty_positive", "qty > 0")
@Check("item_slot_range", "slot >= 0")
export class Item {
  /** Stays the same when the stack moves; a part that is split off gets a new one. */
  @PrimaryColumn({ type: "uuid", primaryKeyConstraintName: "item_pkey" })
  id!: string;

  /** Name of the template. */
  @Column({ type: "text" })
  template!: string;

  /** e.g. "bag:<character>", "equipment:<character>", "ground:meadow". */
  @Column({ type: "text" })
  container!: string;

  /** Place in its container, from 0; unique there. */
  @Column({ type: "integer" })
  slot!: number;

  /** How many, from 1. */
  @Column({ type: "integer" })
  qty!: number;

  /** Grows with each change of the stack. */
  @Column({ type: "integer", default: 0 })
  version!: number;
}
