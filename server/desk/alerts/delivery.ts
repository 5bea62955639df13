import type { BaseLogger } from "pino";
import type { Alert } from "./alert.ts";

/** Messages that wait for one receiver; beyond it the oldest is given up. */
const WAITING_MAX = 100;
/** Tries of one message: with their pauses about half an hour. */
const TRIES = 10;
const PAUSE_MAX_MS = 300_000;

/** A way to tell people: a webhook, or mail. */
export interface Channel {
  /** For the log: "webhook". */
  readonly name: string;
  /** @throws it was not taken. `signal` aborts what takes too long */
  send(alert: Alert, signal: AbortSignal): Promise<void>;
}

/** Messages on their way to one receiver. */
export interface Delivery {
  /** Never throws, never waits. */
  push(alert: Alert): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
  close(): void;
}

/** What {@link openDelivery} needs. */
export interface DeliveryOptions {
  readonly channel: Channel;
  readonly log: Pick<BaseLogger, "warn" | "error">;
  /** Of the first pause; each is twice the one before. Default 1 s. */
  readonly pauseMs?: number;
  /** So long may a receiver take, ms. Default 10 s. */
  readonly answerMs?: number;
}

/**
 * Opens the way to one receiver: one message at a time, in order; what is not taken is sent again after
 * growing pauses. A receiver that hangs keeps nothing but its own messages.
 */
export function openDelivery(options: DeliveryOptions): Delivery {
  const { channel, log, pauseMs = 1_000, answerMs = 10_000 } = options;
  const waiting: Alert[] = [];
  const closed = new AbortController();
  let lost = 0;
  let working: Promise<void> | undefined;

  /** @returns false: it was not taken */
  async function attempt(alert: Alert): Promise<boolean> {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(answerMs)]);
    try {
      // A receiver may ignore the signal.
      await Promise.race([channel.send(alert, signal), aborted(signal)]);
      return true;
    } catch (error) {
      log.warn({ err: error, alert: alert.id, channel: channel.name }, "an alert was not taken");
      return false;
    }
  }

  async function deliver(alert: Alert): Promise<void> {
    for (let tries = 1; !closed.signal.aborted; tries++) {
      if (await attempt(alert)) return;
      if (tries === TRIES) {
        log.error({ alert: alert.id, text: alert.text, channel: channel.name }, "an alert was given up");
        return;
      }
      await pause(Math.min(pauseMs * 2 ** (tries - 1), PAUSE_MAX_MS), closed.signal);
    }
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) await deliver(next);
    if (lost > 0) log.error({ lost, channel: channel.name }, "alerts were given up: too many waited");
    lost = 0;
    working = undefined;
  }

  return {
    push(alert) {
      if (closed.signal.aborted) return;
      waiting.push(alert);
      if (waiting.length > WAITING_MAX) {
        waiting.shift();
        lost += 1;
      }
      working ??= work();
    },
    idle: async () => working,
    close() {
      if (waiting.length > 0)
        log.warn({ waiting: waiting.length, channel: channel.name }, "alerts were not sent");
      waiting.length = 0;
      closed.abort(new Error("this process ends"));
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Ends early when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms).unref();
    signal.addEventListener("abort", end);
  });
}
