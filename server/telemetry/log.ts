import { type Logger, pino } from "pino";

/** Fields that are masked in every log line, at the top or one level below. */
const SECRET = ["token", "password", "recoveryCode", "authorization", "reconnectionToken", "databaseUrl"];

/**
 * Opens the log: JSON lines on standard output, room and player ids as fields, secrets masked.
 *
 * @param level pino's level; "silent" for tests
 */
export function openLog(level: string): Logger {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRET.flatMap((field) => [field, `*.${field}`]), censor: "…" },
  });
}
