import { type Logger, pino } from "pino";
import { openRecentLines } from "./errors/recent-lines.ts";
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
/** The last of all logs' lines, for reports of errors. */
const recent = openRecentLines();

/** The logs of this process, each room's too. */
const opened = new Set<WeakRef<Logger>>();
const collected = new FinalizationRegistry<WeakRef<Logger>>((ref) => void opened.delete(ref));

function note(log: Logger): Logger {
  const ref = new WeakRef(log);
  opened.add(ref);
  collected.register(log, ref);
  return log;
}

/** Changes the level of all logs of this process, of those that are open too. */
export function setLogLevel(level: string): void {
  for (const ref of opened) {
    const log = ref.deref();
    if (log) log.level = level;
  }
}

/**
 * Opens the log: JSON lines on standard output, room and player ids as fields, secrets masked.
 *
 * @param level pino's level; "silent" for tests
 */
export function openLog(level: string): Logger {
  output ??= remembering(openLogOutput(process.stdout.fd));
  const options = {
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino gives a child the level that its parent has then, and no other later.
    onChild: (child: Logger) => void note(child),
    redact: { paths: SECRET.flatMap((field) => [field, `*.${field}`]), censor: "…" },
  };
  return note(pino(options, output));
}

/** The same output, whose last lines are kept. */
const remembering = ({ write }: LogOutput): LogOutput => ({
  write(line) {
    recent.push(line);
    write(line);
  },
});
