import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from "typeorm";
import { Account } from "./account.ts";

/**
 * One leg of a booking; append-only. The legs of a request sum to nothing, mints and sinks included.
 *
 * @example
 * const legs = await db.query("SELECT account, coins FROM ledger WHERE request_id = $1", [requestId]);
 */
@Entity({ name: "ledger" })
@Unique("ledger_request_id_leg_key", ["requestId", "leg"])
@Index("ledger_account_idx", ["account"])
@Index("ledger_booked_by_idx", ["bookedBy"], { where: "booked_by IS NOT NULL" })
@Check(
  "ledger_leg_moves",
  "(item IS NOT NULL AND qty <> 0 AND coins = 0) OR (item IS NULL AND qty = 0 AND coins <> 0)",
)
export class LedgerLeg {
  /** Primary key, growing; a bigint, so the driver gives a string. */
  @PrimaryColumn({
    type: "bigint",
    generated: "identity",
    generatedIdentity: "ALWAYS",
    primaryKeyConstraintName: "ledger_pkey",
  })
  seq!: string;

  /** The booking: all its legs have the same. */
  @Column({ type: "text", name: "request_id" })
  requestId!: string;

  /** Number within the booking, from 0. */
  @Column({ type: "smallint" })
  leg!: number;

  /** A container, "purse:<character>", "purse:<vault>", or "world" for mints and sinks. */
  @Column({ type: "text" })
  account!: string;

  /** Name of the template; null for coins. */
  @Column({ type: "text", nullable: true })
  item!: string | null;

  /** Items that came to the account, below 0: that left it; 0 for coins. */
  @Column({ type: "integer", default: 0 })
  qty!: number;

  /** Coins that came to the account, below 0: that left it; a bigint, so the driver gives a string. */
  @Column({ type: "bigint", default: "0" })
  coins!: string;

  /** Why, in the words of whoever booked: "picked", "trade". */
  @Column({ type: "text" })
  reason!: string;

  /** Epoch of the claim under which it was booked. */
  @Column({ type: "integer" })
  epoch!: number;

  /** When it was booked, by the database's clock. */
  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;

  /** Account of the operator who booked it; null: it was played, or the account is gone. */
  @Column({ type: "uuid", name: "booked_by", nullable: true })
  @ForeignKey(() => Account, { name: "ledger_booked_by_fkey", onDelete: "SET NULL" })
  bookedBy!: string | null;
}

/** The first answer to an idempotent request, so that a repetition gets the same. */
@Entity({ name: "request_result" })
export class RequestResult {
  @PrimaryColumn({ type: "text", name: "request_id", primaryKeyConstraintName: "request_result_pkey" })
  requestId!: string;

  @Column({ type: "uuid" })
  @Index("request_result_character_idx")
  character!: string;

  /** SHA-256 of the request's content, hex. */
  @Column({ type: "text", name: "payload_hash" })
  payloadHash!: string;

  @Column({ type: "jsonb" })
  result!: object;

  @Column({ type: "timestamptz", default: () => "now()" })
  at!: Date;
}
