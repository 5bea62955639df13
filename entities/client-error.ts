import { Column, Entity, Index, PrimaryColumn } from "typeorm";

/** An error of players' pages: all that have one message and one stack. */
@Entity({ name: "client_error" })
@Index("client_error_last_at_idx", ["lastAt"])
export class ClientError {
  /** Hash of message and stack. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "client_error_pkey" })
  id!: string;

  @Column({ type: "text" })
  message!: string;

  /** By the source, where there was a map. */
  @Column({ type: "text" })
  stack!: string;

  /** Path of the page's address, build of the page and browser, as they came last. */
  @Column({ type: "text" })
  page!: string;

  @Column({ type: "text" })
  build!: string;

  @Column({ type: "text" })
  agent!: string;

  @Column({ type: "integer" })
  count!: number;

  @Column({ type: "timestamptz", name: "first_at" })
  firstAt!: Date;

  @Column({ type: "timestamptz", name: "last_at" })
  lastAt!: Date;
}
