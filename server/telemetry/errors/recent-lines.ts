import { channel } from "node:diagnostics_channel";

/** Lines that are kept, and the most characters of one. */
const LINES_MAX = 100;
const LENGTH_MAX = 4_000;
/** How pino begins a line of level error, and of fatal. */
const GRAVE = /^\{"level":(50|60),/;

const grave = channel("roomkeep:error-line");

/** The last lines of the log, secrets masked, oldest first. */
export interface RecentLines {
  push(line: string): void;
  all(): readonly string[];
}

/**
 * Keeps the last lines of the log, so that a report of an error has what came before it. Lines of errors are
 * published on the channel "roomkeep:error-line".
 */
export function openRecentLines(): RecentLines {
  const lines: string[] = [];
  return {
    push(line) {
      // Before it is kept: what comes before an error is not the error.
      if (grave.hasSubscribers && GRAVE.test(line)) grave.publish({ line, before: [...lines] });
      lines.push(line.slice(0, LENGTH_MAX));
      if (lines.length > LINES_MAX) lines.shift();
    },
    all: () => lines,
  };
}

/** A line of an error, as it is published. */
export interface GraveLine {
  readonly line: string;
  readonly before: readonly string[];
}
