import type { Log } from "../rooms/index.ts";

/** The open parts of a process, to be closed in reverse order. */
export interface Closers {
  /** Adds a part. @param name for the log, when it cannot be closed */
  push(name: string, close: () => unknown): void;
  /** Closes all, the last opened first; one that fails does not keep the others open. Never throws. */
  close(): Promise<void>;
}

/** Opens an empty list of closers. */
export function openClosers(log: Pick<Log, "error">): Closers {
  const opened: { name: string; close: () => unknown }[] = [];
  return {
    push(name, close) {
      opened.push({ name, close });
    },
    async close() {
      for (let last = opened.pop(); last; last = opened.pop()) {
        try {
          await last.close();
        } catch (error) {
          log.error({ err: error, part: last.name }, "a part of the process did not close");
        }
      }
    },
  };
}
