import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { listMatchesAside, restoreAsideMatch, setAsideMatch } from "../operations/rooms/matches.ts";
import { REASON_MAX } from "../operations/rooms/zones.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const HELP: Record<string, string> = {
  list: `roomkeep matches quarantine list [--json]

Lists the matches that were set aside, the last saved first: id, code, game, version, when it was saved, size. --json
prints one object a line. Why each was set aside is in the audit log.`,
  restore: `roomkeep matches quarantine restore <id> [--json]

Restores a match that was set aside: its players open it by its code again, or from "my games". A match that has the
code by now is set aside in turn. No room may have the code open.`,
  "set-aside": `roomkeep matches quarantine set-aside <code> [--reason text] [--json]

Sets a lasting match aside: it leaves "my games", its code leads nowhere, and it can be restored. This is for a match
that refuses to open (MATCH_SEALED) when its save is lost for good. Read the log first: a missing ROOMKEEP_SEAL_KEY or
an older version of the game has another remedy. No room may have the match open.`,
};

const help = `roomkeep matches quarantine list | restore <id> | set-aside <code> [--json]

Sets lasting matches aside, lists and restores them. A match whose save cannot be opened refuses to open, and its save
stays as it is until one of these commands is given.

${Object.values(HELP)
  .map((text) => text.replace(/^/gm, "  ").replace(/^ +$/gm, ""))
  .join("\n\n")}

${WHERE}`;

/** `roomkeep matches`: lasting matches, set aside and restored. */
export const command: Command = {
  summary: "set a lasting match aside, list and restore those that are",
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
  list: (_, { json }) => operate(listMatchesAside, {}, { json, rows: ({ matches }) => matches }),
  restore: (id, { json }) => operate(restoreAsideMatch, { id }, { json }),
  "set-aside"(code, { json, reason }) {
    if (reason.length > REASON_MAX)
      throw new RoomkeepError("CONFIG_INVALID", `--reason takes at most ${REASON_MAX} characters.`);
    return operate(setAsideMatch, { code: code.toUpperCase(), reason }, { json });
  },
};
