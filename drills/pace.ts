import { Worker } from "node:worker_threads";

/** Pause between two measurements, ms, and the work of each, in rounds of a loop: some 15 ms of a core. */
const EVERY_MS = 250;
const ROUNDS = 8_000_000;
/** Share of its own pace below which a machine counts as slow: other work wants as much as the drill. */
const SLOW = 0.7;

/** The pace of the machine: how much of a core a thread gets that wants one. */
export interface Pace {
  /** Mean pace since a time of `performance.now()`, 0 to 1; 1: nobody else wanted the cores. */
  since(at: number): number;
  /**
   * Judges a bound of time that was missed: what a slow machine could not do goes to `slow`, what a machine
   * with time to spare could not do goes to `findings`.
   */
  missed(what: string, since: number, to: { slow: string[]; findings: string[] }): void;
  close(): Promise<void>;
}

// Plain JavaScript, because a worker does not inherit the TypeScript loader everywhere.
const WORK = `
  const { parentPort } = require("node:worker_threads");
  let sum = 0;
  const measure = () => {
    const from = performance.now();
    for (let n = 0; n < ${ROUNDS}; n++) sum = (sum + n * 7) % 1000003;
    parentPort.postMessage({ at: performance.timeOrigin + from, ms: performance.now() - from, sum });
  };
  measure();
  setInterval(measure, ${EVERY_MS});
`;

/**
 * Measures, until it is closed, how long a thread takes for the same piece of work, next to the shortest that
 * it ever took. It costs some 6 % of a core. Open it before the load: the first moments tell what the machine
 * can do.
 */
export function openPace(): Pace {
  const samples: { at: number; ms: number }[] = [];
  const worker = new Worker(WORK, { eval: true });
  worker.unref();
  worker.on("message", (sample: { at: number; ms: number }) => samples.push(sample));
  const since = (from: number) => {
    const at = performance.timeOrigin + from;
    const own = Math.min(...samples.map(({ ms }) => ms));
    const taken = samples.filter((sample) => sample.at >= at).map(({ ms }) => ms);
    if (taken.length === 0) return 0; // it did not even get its turn
    const mean = taken.reduce((sum, ms) => sum + ms, 0) / taken.length;
    return Math.round((100 * own) / mean) / 100;
  };
  return {
    since,
    missed(what, from, { slow, findings }) {
      const pace = since(from);
      if (pace < SLOW) slow.push(`${what}; a thread had ${Math.round(100 * pace)} % of its pace`);
      else findings.push(what);
    },
    close: async () => void (await worker.terminate()),
  };
}
