import { Column, Entity, PrimaryColumn } from "typeorm";

/** A value that all processes of one database share, e.g. the hash of the admin's password. */
@Entity({ name: "setting" })
export class Setting {
  @PrimaryColumn({ type: "text", primaryKeyConstraintName: "setting_pkey" })
  key!: string;

  @Column({ type: "text" })
  value!: string;
}
