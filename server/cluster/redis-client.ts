import { createHash } from "node:crypto";
import { ErrorCode as ColyseusCode, ServerError } from "@colyseus/core";
import { createClient } from "redis";
import { RoomkeepError } from "../../shared/index.ts";

/** Longest wait, ms, for an answer of Redis. */
const ANSWER_MS = 2_000;
/** The same, ms, after a command without an answer: a join sends several, and must fail within seconds. */
const SILENT_ANSWER_MS = 250;
/** Time that is added, ms, for a process that stalled: it may have answers to read. */
const AFTER_STALL_MS = 100;
/** Longest wait, ms, for the first connection. */
const CONNECT_MS = 5_000;

/** A Lua script, which Redis runs as one atomic step. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** Makes a script, with the SHA-1 under which Redis caches it. */
export function scriptOf(source: string): Script {
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}

/** A connection to Redis whose commands are answered in time or fail; none waits in a queue. */
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
  // Without a listener an outage would end the process; each command reports it.
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
    // A late answer shows too that Redis is back.
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
          // A restarted Redis does not know the script yet.
          if (!String(error).includes("NOSCRIPT")) throw error;
          return client.eval(source, given);
        }
      }),
    send: <T>(...command: string[]) => ask<T>(() => client.sendCommand(command)),
    close: () => client.destroy(),
  };
}

/** Turns an error of ours into a matchmaking error of Colyseus, with our code in front of its text. */
export function asMatchmakingError(error: unknown): unknown {
  if (!(error instanceof RoomkeepError)) return error;
  return new ServerError(ColyseusCode.APPLICATION_ERROR, `${error.code}: ${error.message}`, { cause: error });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = () => reject(new Error(`no answer in ${ms} ms`));
    // After a stall of this process timers run first: before an answer that has arrived is read, and before a
    // waiting command is even sent.
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
