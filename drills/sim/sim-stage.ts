import type { DataSource } from "typeorm";
import { around, type Query } from "../rewrite.ts";

/** A statement, a wait or an answer that the simulator lets happen. */
interface Gate {
  readonly of: string;
  readonly kind: "ask" | "answer" | "wait";
  /** Not before this time, ms. */
  readonly dueMs: number;
  open(): Promise<void>;
}

/** The pending events that the simulator chooses from, and its clock. */
export interface Stage {
  readonly random: () => number;
  nowMs(): number;
  setNow(ms: number): void;
  /** The database as a process sees it, over a line that fails. */
  line(of: string): DataSource;
  wait(of: string, ms: number): Promise<void>;
  /** Lets one of the allowed events happen; false: there is none. */
  one(mayAct: (of: string) => boolean): Promise<boolean>;
  /** Drops the pending events of a process. */
  forget(of: string): void;
  /** No faults from now on. */
  calm(): void;
  /** Waits until no process is at work: all wait for the simulator or have ended. */
  settle(): Promise<void>;
}

const lost = () => Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });

/**
 * Opens a stage. Every statement of every process waits at a gate. Opening a gate runs the statement, loses
 * it, loses its answer, or delays it while its caller gets a lost connection.
 *
 * @param late share of statements that arrive when nobody waits for them any more
 * @param look is called after each statement that was run
 */
export function openStage(
  ds: DataSource,
  random: () => number,
  late: number,
  look: (sql: string, parameters?: unknown[]) => Promise<void>,
): Stage {
  let gates: Gate[] = [];
  let working = 0;
  let now = 86_400_000;
  let faulty = true;

  const chance = (share: number) => faulty && random() < share;
  async function work<T>(job: () => Promise<T>): Promise<T> {
    working += 1;
    try {
      return await job();
    } finally {
      working -= 1;
    }
  }

  /** Waits until the simulator lets it happen, then does its work. */
  function at<T>(of: string, kind: Gate["kind"], dueMs: number, job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      gates.push({ of, kind, dueMs, open: () => work(job).then(resolve, reject) });
    });
  }

  /** The answer takes its way too: its reader may be frozen, or dead, before it comes. */
  async function deliver<T>(of: string, answer: T): Promise<T> {
    return at(of, "answer", 0, async () => answer);
  }

  async function statement(of: string, run: Query, sql: string, parameters?: unknown[]): Promise<unknown> {
    const execute = async () => {
      const answer = await run(sql, parameters);
      await look(sql, parameters);
      return answer;
    };
    const answer = await at(of, "ask", 0, async () => {
      if (chance(0.04)) throw lost();
      if (chance(late)) {
        // It will arrive, and its answer is lost.
        at("the line", "ask", now + random() * 4_000, execute).catch(() => {});
        throw lost();
      }
      const done = await execute();
      if (chance(0.05)) throw lost();
      return done;
    });
    return deliver(of, answer);
  }

  /** A transaction runs alone, as on one connection; it may be cut between any two of its statements. */
  async function transaction<T>(of: string, run: () => Promise<T>): Promise<T> {
    const answer = await at(of, "ask", 0, async () => {
      const done = await run();
      await look("COMMIT");
      if (chance(0.06)) throw lost();
      return done;
    });
    return deliver(of, answer);
  }

  return {
    random,
    nowMs: () => now,
    setNow: (ms) => {
      now = ms;
    },
    line: (of) =>
      around(ds, {
        query: async (run, sql, parameters, within) => {
          if (!within) return statement(of, run, sql, parameters);
          if (chance(0.01)) throw lost();
          const done = await run(sql, parameters);
          if (chance(0.01)) throw lost();
          return done;
        },
        transaction: (run) => transaction(of, run),
      }),
    wait: (of, ms) => at(of, "wait", now + ms, async () => {}),
    async one(mayAct) {
      const open = gates.filter((gate) => gate.dueMs <= now && (gate.of === "the line" || mayAct(gate.of)));
      const gate = open[Math.floor(random() * open.length)];
      if (!gate) return false;
      gates = gates.filter((other) => other !== gate);
      await gate.open();
      return true;
    },
    forget: (of) => {
      gates = gates.filter((gate) => gate.of !== of);
    },
    calm: () => {
      faulty = false;
    },
    async settle() {
      do await new Promise((done) => setImmediate(done));
      while (working > 0);
      await new Promise((done) => setImmediate(done));
    },
  };
}
