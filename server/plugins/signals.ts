import type { BaseLogger } from "pino";

/** Channel of what a plugin tells itself in all processes. */
export const SIGNALS = "roomkeep:plugin-signals";

/** What is told: the process, the name of the signal with that of its plugin in front, and a JSON value. */
export type SentSignal = readonly [from: string, name: string, payload: unknown];

/** The signals of the plugins of a process. */
export interface Signals {
  /**
   * Opens a signal.
   *
   * @param heard called in every process for each that is told, in this one at once
   * @returns tells all processes
   */
  open<T>(name: string, heard: (payload: T) => void): (payload: T) => void;
  /** Another process has told something. */
  take(sent: SentSignal): void;
}

/** Opens the signals of a process. @param publish reaches the other processes; it may fail */
export function openSignals(
  from: string,
  log: Pick<BaseLogger, "warn" | "error">,
  publish: (sent: SentSignal) => Promise<unknown>,
): Signals {
  const open = new Map<string, (payload: unknown) => void>();
  const hear = (name: string, payload: unknown) => {
    try {
      open.get(name)?.(payload);
    } catch (error) {
      log.error({ err: error, signal: name }, "a plugin could not take a signal");
    }
  };
  return {
    open<T>(name: string, heard: (payload: T) => void) {
      open.set(name, heard as (payload: unknown) => void);
      return (payload: T) => {
        // Not by way of Redis: what is done here holds here, whether or not Redis answers.
        hear(name, payload);
        publish([from, name, payload]).catch((error: unknown) =>
          log.warn({ err: error, signal: name }, "other processes could not be told"),
        );
      };
    },
    take([sender, name, payload]) {
      if (sender !== from) hear(name, payload);
    },
  };
}
