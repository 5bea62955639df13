import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { listAside, REASON_MAX, restoreZone, setAside } from "../operations/rooms/zones.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

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

${WHERE}`;

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
    await act(what, values);
  },
};

interface Options {
  readonly json: boolean;
  readonly reason: string;
}

const VERBS: Record<string, (what: string, told: Options) => Promise<void>> = {
  list: (_, { json }) => operate(listAside, {}, { json, rows: ({ zones }) => zones }),
  restore: (id, { json }) => operate(restoreZone, { id }, { json }),
  "set-aside"(zone, { json, reason }) {
    if (reason.length > REASON_MAX)
      throw new RoomkeepError("CONFIG_INVALID", `--reason takes at most ${REASON_MAX} characters.`);
    return operate(setAside, { zone, reason }, { json });
  },
};
