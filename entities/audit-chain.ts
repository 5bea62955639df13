import { Check, Column, Entity, PrimaryColumn } from "typeorm";

/** The end of the chain of audit entries. Who writes an entry locks this one row. */
@Entity({ name: "audit_head" })
@Check("audit_head_one", "id = 1")
export class AuditHead {
  @PrimaryColumn({ type: "smallint", primaryKeyConstraintName: "audit_head_pkey" })
  id!: number;

  /** Number and hash of the last entry; 0 before the first. */
  @Column({ type: "bigint" })
  seq!: string;

  @Column({ type: "text" })
  hash!: string;

  /** Number of the oldest entry that has not run out. */
  @Column({ type: "bigint", name: "kept_from" })
  keptFrom!: string;
}

/** A head that a process has signed. */
@Entity({ name: "audit_signature" })
export class AuditSignature {
  @PrimaryColumn({ type: "bigint", primaryKeyConstraintName: "audit_signature_pkey" })
  seq!: string;

  /** Id of the public key. */
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "audit_signature_pkey" })
  key!: string;

  @Column({ type: "text" })
  hash!: string;

  /** When the entry was written, microseconds since 1970. */
  @Column({ type: "bigint" })
  at!: string;

  @Column({ type: "text" })
  signature!: string;
}
