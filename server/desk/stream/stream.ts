import type { ServerResponse } from "node:http";

/** Names of the events that the stream has. */
export type StreamEvent = "overview" | "alert" | "audit" | "report";

/** Milliseconds between two overviews, and between two looks at whether the reader may still read. */
const OVERVIEW_MS = 2_000;
const LOOK_MS = 15_000;
/** Bytes that may wait for a reader, and how long they may, ms; then its stream ends. */
const BACKLOG_MAX = 1_000_000;
const STALL_MS = 10_000;
/** Streams of one operator, and of this process. */
const OWN_MAX = 8;
const ALL_MAX = 64;
/** When the browser comes back after the end of a stream, ms. */
const RETRY_MS = 2_000;

/** Who reads a stream. */
export interface StreamReader {
  /** Id of the operator. */
  readonly id: string;
  /** False: the session has ended. Rejected: nobody can tell, such as while the database is away. */
  isGood(): Promise<boolean>;
}

/** The one stream of all operators of this process. */
export interface Stream {
  /** Sends an event to all readers: anything that JSON can hold. Never throws, never waits. */
  publish(event: StreamEvent, message: unknown): void;
  /**
   * Begins to send to a reader.
   * @returns false: there are as many streams as there may be; nothing was sent
   */
  attach(response: ServerResponse, reader: StreamReader): boolean;
  /** Looks at once whether all readers may still read: a session has ended. */
  recheck(): Promise<void>;
  readonly count: number;
  close(): void;
}

interface Reading {
  readonly reader: StreamReader;
  readonly response: ServerResponse;
  /** Since when bytes wait that the reader has not taken. */
  stalledAt: number | undefined;
}

/** Opens the stream. @param overview what is sent every two seconds, while somebody reads */
export function openStream(overview: () => unknown, now: () => number = () => performance.now()): Stream {
  const readings = new Set<Reading>();
  let isClosed = false;

  function end(reading: Reading, code?: string): void {
    if (!readings.delete(reading)) return;
    const { response } = reading;
    if (code === undefined) response.destroy();
    else response.end(frameOf("end", { code }));
  }

  /** @param mayWait false: what comes next is as good */
  function send(reading: Reading, frame: string, mayWait: boolean): void {
    const { response } = reading;
    if (response.writableNeedDrain) {
      reading.stalledAt ??= now();
      const hasStalled = now() - reading.stalledAt > STALL_MS || response.writableLength > BACKLOG_MAX;
      if (hasStalled) end(reading);
      if (hasStalled || !mayWait) return;
    } else reading.stalledAt = undefined;
    response.write(frame);
  }

  function publish(event: StreamEvent, message: unknown): void {
    if (readings.size === 0) return;
    const frame = frameOf(event, message);
    for (const reading of [...readings]) send(reading, frame, event !== "overview");
  }

  async function recheck(): Promise<void> {
    await Promise.all(
      [...readings].map(async (reading) => {
        const isGood = await reading.reader.isGood().catch(() => true);
        if (!isGood) end(reading, "TOKEN_REVOKED");
        else if (readings.has(reading)) send(reading, ": keep\n\n", false);
      }),
    );
  }

  const timers = [
    setInterval(() => readings.size > 0 && publish("overview", overview()), OVERVIEW_MS).unref(),
    setInterval(() => void recheck(), LOOK_MS).unref(),
  ];
  return {
    publish,
    recheck,
    get count() {
      return readings.size;
    },
    attach(response, reader) {
      const own = [...readings].filter((one) => one.reader.id === reader.id).length;
      if (isClosed || own >= OWN_MAX || readings.size >= ALL_MAX) return false;
      const reading: Reading = { reader, response, stalledAt: undefined };
      readings.add(reading);
      response.once("close", () => readings.delete(reading));
      response.on("error", () => readings.delete(reading));
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        // Proxies that collect an answer would hold it back.
        "x-accel-buffering": "no",
      });
      response.write(`retry: ${RETRY_MS}\n\n${frameOf("overview", overview())}`);
      return true;
    },
    close() {
      isClosed = true;
      for (const timer of timers) clearInterval(timer);
      for (const reading of [...readings]) end(reading, "ROOM_CLOSED");
    },
  };
}

/** JSON has no line break of its own. */
const frameOf = (event: string, message: unknown) => `event: ${event}\ndata: ${JSON.stringify(message)}\n\n`;
