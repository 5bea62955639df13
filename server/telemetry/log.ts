import { type Logger, pino } from "pino";
import { type LogOutput, openLogOutput } from "./log-output.ts";

/** Fields that are masked in every line, at the top or one level below; `parameters` are of a statement. */
const SECRET = [
  "parameters",
  "token",
  "password",
  "recoveryCode",
  "authorization",
  "reconnectionToken",
  "databaseUrl",
];

/** One for all logs of the process, so that their lines keep their order. */
let output: LogOutput | undefined;

/**
 * Opens the log: JSON lines on standard output, room and player ids as fields, secrets masked.
 *
 * @param level pino's level; "silent" for tests
 */
export function openLog(level: string): Logger {
  output ??= openLogOutput(process.stdout.fd);
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET.flatMap((field) => [field, `*.${field}`]), censor: "…" },
  };
  return pino(options, output);
}
