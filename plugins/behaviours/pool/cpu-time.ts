import { readFileSync, readlinkSync } from "node:fs";

/**
 * The number of the calling thread in its system, by which {@link threadCpuMs} finds it. 0 where the system
 * is not Linux.
 */
export function systemThreadId(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").at(-1));
  } catch {
    return 0;
  }
}

/**
 * Milliseconds for which a thread of this process had a core. Undefined where the system does not say: then
 * only time is known, in which a thread of a busy machine may have done nothing.
 */
export function threadCpuMs(systemId: number): number | undefined {
  try {
    const [ns] = readFileSync(`/proc/self/task/${systemId}/schedstat`, "utf8").split(" ");
    // Some systems have the file and count nothing.
    return Number(ns) / 1e6 || undefined;
  } catch {
    return undefined;
  }
}
