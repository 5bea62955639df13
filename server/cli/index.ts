#!/usr/bin/env node
import { RoomkeepError } from "../../shared/errors.ts";
import { innermostOf } from "../storage/innermost-cause.ts";
import type { Command } from "./command.ts";

const NODE_MIN = [20, 19] as const;

const COMMANDS: Record<string, () => Promise<{ command: Command }>> = {
  new: () => import("./new.ts"),
  dev: () => import("./dev.ts"),
  start: () => import("./start.ts"),
  drain: () => import("./drain.ts"),
  audit: () => import("./audit.ts"),
  flags: () => import("./flags.ts"),
  events: () => import("./events.ts"),
  doctor: () => import("./doctor.ts"),
  account: () => import("./account.ts"),
  admin: () => import("./admin.ts"),
  bots: () => import("./bots.ts"),
  backup: () => import("./backup.ts"),
  restore: () => import("./restore.ts"),
  ledger: () => import("./ledger.ts"),
  zones: () => import("./zones.ts"),
  matches: () => import("./matches.ts"),
};

async function main([name = "--help", ...args]: string[]): Promise<void> {
  // Whoever reads what we write may be gone: then it is lost, and we go on.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  requireNode();
  const load = COMMANDS[name];
  if (!load) {
    await printHelp(name);
    return;
  }
  const { command } = await load();
  if (args.includes("--help") || args.includes("-h")) {
    console.log((await command.helpOf?.(args)) ?? command.help);
    return;
  }
  await command.run(args);
}

function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new RoomkeepError(
    "NODE_TOO_OLD",
    `Node ${process.versions.node} is too old: roomkeep needs ${NODE_MIN.join(".")} or newer, 24 is advised.`,
  );
}

async function printHelp(asked: string): Promise<void> {
  const lines = await Promise.all(
    Object.entries(COMMANDS).map(
      async ([name, load]) => `  ${name.padEnd(10)} ${(await load()).command.summary}`,
    ),
  );
  console.log(`roomkeep <command> [options]\n\n${lines.join("\n")}\n\nroomkeep <command> --help tells more.`);
  if (asked === "--help" || asked === "-h") return;
  console.error(`\nThere is no command "${asked}".`);
  process.exitCode = 2;
}

/** True for an error of `parseArgs`: an option is unknown or lacks its value. */
function isUnknownOption(error: unknown): error is Error {
  return String((error as { code?: unknown } | undefined)?.code).startsWith("ERR_PARSE_ARGS_");
}

/** What lies beneath an error, where its text does not say it. */
function reasonOf({ cause, message }: RoomkeepError): string {
  if (cause === undefined) return "";
  const reason = innermostOf(cause);
  return message.includes(reason) ? "" : `\n  (${reason})`;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (isUnknownOption(error)) {
    console.error(`${error.message} --help lists the options.`);
    process.exit(2);
  }
  if (!(error instanceof RoomkeepError)) throw error;
  console.error(`${error.code}: ${error.message}${reasonOf(error)}`);
  process.exit(1);
}
