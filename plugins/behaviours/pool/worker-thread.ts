import type { Worker } from "node:worker_threads";
import { startWorker } from "./boot.ts";
import { threadCpuMs } from "./cpu-time.ts";
import { type Call, PROGRESS, type Ready, type Replies, type WorkerSetup } from "./protocol.ts";

/** Pause between two looks at a worker, ms. */
const CHECK_MS = 20;
/** A worker that hangs outside of scripts is ended after so many times the limit of a script. */
const PATIENCE = 20;

/** Pause after a worker that could not even start, ms. */
const START_PAUSE_MS = 5_000;

/** Why a call has no replies: the ask that the worker hung in, or undefined where no script is to blame. */
export interface Lost {
  readonly culprit: string | undefined;
}

/** The part of a pool that one of its workers tells. */
export interface WorkerThreadHost {
  readonly setup: Omit<WorkerSetup, "progress">;
  /** A script, or the worker, that does not come back for so long is ended, ms. */
  readonly stallMs: number;
  /** The worker has ended, and all that it held is gone; `stalled`: it was ended. */
  ended(reason: "stalled" | "exited", error: unknown): void;
}

interface Open {
  readonly call: Call;
  readonly settle: (replies: Replies | Lost) => void;
}

/**
 * One worker, started when it is needed and again after it ended. Calls are numbered; those that a worker
 * takes with it when it ends are settled as lost.
 */
export class WorkerThread {
  readonly #host: WorkerThreadHost;
  readonly #progress = new SharedArrayBuffer(PROGRESS.length * Int32Array.BYTES_PER_ELEMENT);
  readonly #shown = new Int32Array(this.#progress);
  readonly #open = new Map<number, Open>();
  #worker: Worker | undefined;
  #isReady = false;
  /** Of the worker's thread; 0: not known. */
  #systemId = 0;
  #watch: NodeJS.Timeout | undefined;
  #begun = 0;
  #checkedMs = 0;
  /** What the worker's thread had of a core by then. */
  #cpuMs: number | undefined;
  #stalledMs = 0;
  #culprit: string | undefined;
  #isClosed = false;
  /** Not before then, by `performance.now`. */
  #startMs = 0;

  constructor(host: WorkerThreadHost) {
    this.#host = host;
  }

  /** Calls without an answer. */
  get waiting(): number {
    return this.#open.size;
  }

  /** Starts the worker, so that the first call need not wait for it. */
  start(): void {
    if (this.#worker || this.#isClosed || performance.now() < this.#startMs) return;
    this.#shown.fill(0);
    const worker = startWorker({ ...this.#host.setup, progress: this.#progress });
    this.#worker = worker;
    this.#isReady = false;
    let failed: unknown;
    worker.on("message", (message: Replies | Ready) => this.#hear(message));
    worker.on("error", (error) => {
      failed = error;
    });
    worker.on("exit", () => this.#onExit(worker, failed));
    // A process that is done does not stay for its workers.
    worker.unref();
  }

  /** Sends a call. Resolves when it is answered, or lost; never rejects. */
  send(call: Call): Promise<Replies | Lost> {
    this.start();
    return new Promise((settle) => {
      if (!this.#worker) {
        settle({ culprit: undefined });
        return;
      }
      this.#open.set(call.call, { call, settle });
      this.#worker.ref();
      this.#worker.postMessage(call, [call.poses.buffer as ArrayBuffer]);
      this.#startWatch();
    });
  }

  /** Ends the worker as if it had ended by itself. */
  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  /** Ends the worker for good; open calls are lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.kill();
  }

  #hear(message: Replies | Ready): void {
    if ("ready" in message) {
      this.#isReady = true;
      this.#systemId = message.ready;
      return;
    }
    const open = this.#open.get(message.call);
    this.#open.delete(message.call);
    open?.settle(message);
    if (this.#open.size > 0) return;
    this.#stopWatch();
    this.#worker?.unref();
  }

  #onExit(worker: Worker, error: unknown): void {
    if (worker !== this.#worker) return;
    const reason = this.#stalledMs >= this.#host.stallMs ? "stalled" : "exited";
    const culprit = reason === "stalled" ? this.#culprit : undefined;
    this.#worker = undefined;
    if (!this.#isReady) this.#startMs = performance.now() + START_PAUSE_MS;
    this.#stopWatch();
    const lost = [...this.#open.values()];
    this.#open.clear();
    this.#host.ended(reason, error);
    for (const { settle } of lost) settle({ culprit });
  }

  #startWatch(): void {
    if (this.#watch) return;
    this.#checkedMs = performance.now();
    this.#stalledMs = 0;
    this.#cpuMs = undefined;
    this.#culprit = undefined;
    this.#watch = setInterval(() => this.#check(), CHECK_MS);
    this.#watch.unref();
  }

  #stopWatch(): void {
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#stalledMs = 0;
  }

  #check(): void {
    const now = performance.now();
    // This process may have been the one that hung: no single pause counts for much.
    const passedMs = Math.min(now - this.#checkedMs, 2 * CHECK_MS);
    const cpuMs = threadCpuMs(this.#systemId);
    // On a busy machine a script waits for a core: only what it had of one counts.
    const ranMs = cpuMs !== undefined && this.#cpuMs !== undefined ? cpuMs - this.#cpuMs : passedMs;
    this.#checkedMs = now;
    this.#cpuMs = cpuMs;
    const begun = Atomics.load(this.#shown, PROGRESS.begun);
    const isInside = Atomics.load(this.#shown, PROGRESS.inside) === 1;
    if (!this.#isReady || begun !== this.#begun) this.#stalledMs = 0;
    else this.#stalledMs += isInside ? ranMs : passedMs / PATIENCE;
    this.#begun = begun;
    if (this.#stalledMs < this.#host.stallMs) return;
    const { asks } = this.#open.get(Atomics.load(this.#shown, PROGRESS.call))?.call ?? { asks: [] };
    this.#culprit = isInside ? asks[Atomics.load(this.#shown, PROGRESS.ask)]?.id : undefined;
    clearInterval(this.#watch);
    void this.#worker?.terminate();
  }
}
