import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import {
  listQuarantine,
  type QuarantinedZone,
  restoreQuarantined,
  setZoneAside,
} from "../persistence/zone-quarantine.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

const HELP: Record<string, string> = {
  list: `roomkeep zones quarantine list [--json]

Lists the saved worlds that were set aside, the newest first: id, zone, version, when it was saved and set aside, size,
why. --json prints one object a line.`,
  restore: `roomkeep zones quarantine restore <id> [--json]

Restores a world that was set aside as the saved world of its zone. The present save of the zone is set aside in turn,
so that nothing is lost. No room may have the zone open.`,
  "set-aside": `roomkeep zones quarantine set-aside <zone> [--reason text] [--json]

Sets the saved world of a zone aside: the zone begins anew when it opens next, and the save can be restored. This is for
a zone that refuses to open (ZONE_SEALED) when its save is lost for good. Read the log first: a missing
ROOMKEEP_SEAL_KEY or an older version of the game has another remedy. No room may have the zone open.`,
};

const help = `roomkeep zones quarantine list | restore <id> | set-aside <zone> [--json]

Sets saved worlds of zones aside, lists and restores them. A zone whose save cannot be opened refuses to open, and its
save stays as it is until one of these commands is given.

${Object.values(HELP)
  .map((text) => text.replace(/^/gm, "  ").replace(/^ +$/gm, ""))
  .join("\n\n")}

It works on the database that the server uses: DATABASE_URL, while servers run, or the embedded one in
ROOMKEEP_DATA_DIR, which has to be free: stop the server first (else DATA_DIR_LOCKED).`;

/** `roomkeep zones`: saved worlds, set aside and restored. */
export const command: Command = {
  summary: "set the saved world of a zone aside, list and restore those that are",
  help,
  helpOf: ([, verb = ""]) => HELP[verb],
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: "boolean", default: false },
        reason: { type: "string", default: "set aside by an operator" },
      },
    });
    const [group, verb = "", what = ""] = positionals;
    const act = VERBS[verb];
    if (group !== "quarantine" || !act || (verb !== "list" && what === "")) {
      console.error(HELP[verb] ?? help);
      process.exitCode = 2;
      return;
    }
    await withDatabase(async ({ ds }) => {
      for (const line of await act(ds, what, values)) console.log(line);
    });
  },
};

interface Options {
  readonly json: boolean;
  readonly reason: string;
}

const VERBS: Record<string, (ds: DataSource, what: string, options: Options) => Promise<string[]>> = {
  async list(ds, _, { json }) {
    const rows = await listQuarantine(ds);
    if (json) return rows.map((row) => JSON.stringify(row));
    return rows.length > 0 ? rows.map(sentenceOf) : ["Nothing is set aside."];
  },
  async restore(ds, id, { json }) {
    const done = await restoreQuarantined(ds, id);
    if (json) return [JSON.stringify({ restored: id, ...done })];
    const since = done.aside ? ` Its former save is set aside as ${done.aside}.` : "";
    return [`The world ${id} is the save of the zone ${done.zone} again.${since}`];
  },
  async "set-aside"(ds, zone, { json, reason }) {
    if (reason.length > 500)
      throw new RoomkeepError("CONFIG_INVALID", "--reason takes at most 500 characters.");
    const id = await setZoneAside(ds, zone, reason);
    if (json) return [JSON.stringify({ zone, aside: id })];
    return [`The zone ${zone} begins anew. To undo it: roomkeep zones quarantine restore ${id}`];
  },
};

function sentenceOf({ id, zone, version, savedAt, quarantinedAt, bytes, reason }: QuarantinedZone): string {
  const times = `saved ${savedAt.toISOString()}, set aside ${quarantinedAt.toISOString()}`;
  return `${id}  ${zone} version ${version}  ${times}  ${bytes} bytes  ${reason}`;
}
