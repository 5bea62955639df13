import { stat } from "node:fs/promises";
import { z } from "zod";
import { backUp } from "../storage/backup.ts";
import { defineOperation } from "./operation.ts";

/** Writes everything to one file, which holds what accounts sign in with too: it is audited. */
export const makeBackup = defineOperation({
  name: "backup.make",
  summary: "Write everything to one file on the server's machine",
  permission: "operators",
  kind: "write",
  // Whoever names a file of the server's machine writes it with the server's rights.
  from: "command line",
  // It reads in a transaction of its own.
  transaction: false,
  params: z.object({ to: z.string().meta({ description: "file to write" }) }),
  result: z.object({
    backup: z.string(),
    rows: z.int(),
    bytes: z.int(),
    tables: z.record(z.string(), z.int()),
  }),
  async run({ ds, note }, { to }) {
    const { rows, tables } = await backUp(ds, to, (table, count) =>
      note({ table, rows: count }, `  ${table}: ${count}`),
    );
    const { size: bytes } = await stat(to);
    return { backup: to, rows, bytes, tables };
  },
  text: ({ backup, rows, bytes }) => [`${rows} rows, ${bytes} bytes: ${backup}`],
});
