import { stat } from "node:fs/promises";
import { z } from "zod";
import { backUp } from "../storage/backup.ts";
import { noteDeed } from "../telemetry/audit.ts";
import { deedOf, defineOperation } from "./operation.ts";

/** Writes everything to one file, which holds what accounts sign in with too: it is audited. */
export const makeBackup = defineOperation({
  name: "backup",
  params: z.object({ to: z.string(), json: z.boolean() }),
  async run(context, { to, json }) {
    const { rows, tables } = await backUp(context.ds, to, (table, count) =>
      context.note(json ? JSON.stringify({ table, rows: count }) : `  ${table}: ${count}`),
    );
    const { size: bytes } = await stat(to);
    await noteDeed(context.ds, deedOf(context, `roomkeep backup --to ${to}`), "done");
    context.print(
      json ? JSON.stringify({ backup: to, rows, bytes, tables }) : `${rows} rows, ${bytes} bytes: ${to}`,
    );
  },
});
