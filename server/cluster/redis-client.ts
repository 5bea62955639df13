import { createHash } from "node:crypto";
import { ErrorCode as ColyseusCode, ServerError } from "@colyseus/core";
import { createClient } from "redis";
import { RoomkeepError } from "../../shared/index.ts";

/** Longest wait, ms, for an answer of Redis. */
const ANSWER_MS = 2_000;
/** The same, ms, while the last question has had no answer: a join asks several times, and hears within seconds. */
const SILENT_ANSWER_MS = 250;
/** What is added to it, ms, in which a process that stalled catches up. */
const AFTER_STALL_MS = 100;
/** Longest wait, ms, for the first connection. */
const CONNECT_MS = 5_000;

/** A script that Redis runs as one step, and how its answer is read. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** Makes a script. */
export function scriptOf(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}

/** A connection to Redis that answers in good time or says that it cannot; nothing waits in a queue. */
export interface RedisClient {
  /** Runs a script. @throws RoomkeepError REDIS_UNAVAILABLE */
  run<T>(script: Script, keys: readonly string[], args: readonly string[]): Promise<T>;
  /** Sends one command. @throws RoomkeepError REDIS_UNAVAILABLE */
  send<T>(...command: string[]): Promise<T>;
  close(): void;
}

/**
 * Opens a connection.
 *
 * @throws RoomkeepError REDIS_UNAVAILABLE within 5 s, naming the host and never the password
 */
export async function openRedisClient(url: string): Promise<RedisClient> {
  const where = new URL(url).host;
  const client = createClient({
    url,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: (tries) => Math.min(tries * 50, 500) },
    disableOfflineQueue: true,
  });
  // Without a listener an outage would end the process; each command tells of it.
  client.on("error", () => {});
  const gone = (cause: unknown) =>
    new RoomkeepError(
      "REDIS_UNAVAILABLE",
      `Redis at ${where} did not answer. Is it running? Without REDIS_URL one process runs alone.`,
      { cause },
    );
  try {
    await within(CONNECT_MS, client.connect());
  } catch (error) {
    client.destroy();
    throw gone(error);
  }

  let isSilent = false;
  async function ask<T>(command: () => Promise<unknown>): Promise<T> {
    const work = command();
    // An answer that comes late tells as well that Redis is back.
    const heard = () => {
      isSilent = false;
    };
    work.then(heard, () => {});
    try {
      return (await within(isSilent ? SILENT_ANSWER_MS : ANSWER_MS, work)) as T;
    } catch (error) {
      isSilent = true;
      throw gone(error);
    }
  }
  return {
    run: <T>({ source, sha }: Script, keys: readonly string[], args: readonly string[]) =>
      ask<T>(async () => {
        const given = { keys: [...keys], arguments: [...args] };
        try {
          return await client.evalSha(sha, given);
        } catch (error) {
          // A Redis that was started anew does not know the script yet.
          if (!String(error).includes("NOSCRIPT")) throw error;
          return client.eval(source, given);
        }
      }),
    send: <T>(...command: string[]) => ask<T>(() => client.sendCommand(command)),
    close: () => client.destroy(),
  };
}

/** The same error as Colyseus tells it to whoever joins: our code goes in front of the text. */
export function asMatchmakingError(error: unknown): unknown {
  if (!(error instanceof RoomkeepError)) return error;
  return new ServerError(ColyseusCode.APPLICATION_ERROR, `${error.code}: ${error.message}`, { cause: error });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error(`no answer in ${ms} ms`));
    // After a stall of this process its timers come first: before an answer that has long arrived is read, and before
    // a question that waited for the next turn is even sent.
    timer = setTimeout(() => {
      timer = setTimeout(tooLate, AFTER_STALL_MS);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
