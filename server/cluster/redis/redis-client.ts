import { createHash } from "node:crypto";
import { ErrorCode as ColyseusCode, ServerError } from "@colyseus/core";
import { createClient } from "redis";
import { RoomkeepError } from "../../../shared/index.ts";
import { refusalOf, unsuitable } from "./redis-suitability.ts";

/** Longest wait, ms, for an answer of Redis. */
const ANSWER_MS = 2_000;
/**
 * The same, ms, while the last question has had no answer: a join asks several times, and hears within
 * seconds.
 */
const SILENT_ANSWER_MS = 250;
/** What is added to it, ms, in which an answer that has come meanwhile is read. */
const CATCH_UP_MS = 100;
/** The same after a stall of this process: the question may be sent only now. */
const AFTER_STALL_MS = 1_000;
/** Stalls in a row that an answer may wait out. */
const STALLS_MAX = 2;
/** Longest wait, ms, for the first connection. */
const CONNECT_MS = 5_000;
/** Shortest time, ms, between two connections that are opened because the last one leads to a replica. */
const LEAVE_REPLICA_MS = 250;

/**
 * What a replica says to a write: it was the primary when we connected, or the address leads elsewhere by
 * now.
 */
export const REPLICA_SAID = /READONLY|MASTERDOWN/;

/** A script that Redis runs as one step. `prefix` is a local of it: every key begins with it. */
export type Script = string & { readonly brand: "script" };

/** Makes a script. */
export function scriptOf(source: string): Script {
  return source as Script;
}

/** A connection to Redis that answers in good time or says that it cannot; nothing waits in a queue. */
export interface RedisClient {
  /** Runs a script; the prefix is put before `keys`. @throws RoomkeepError REDIS_UNAVAILABLE */
  run<T>(script: Script, keys: readonly string[], args: readonly string[]): Promise<T>;
  /** Sends one command; its keys have been named by {@link name}. @throws RoomkeepError REDIS_UNAVAILABLE */
  send<T>(...command: string[]): Promise<T>;
  /** The full name of a key or channel: with the deployment's prefix. */
  name(key: string): string;
  /** The same connection under another prefix. */
  under(prefix: string): RedisClient;
  close(): void;
}

/** How {@link openRedisClient} opens a connection. */
export interface RedisClientOptions {
  /** In front of every key and channel. Default: none. */
  readonly prefix?: string;
  /** Called when a replica answered, before the connection is opened anew. */
  readonly onReplica?: () => void;
}

/**
 * Opens a connection. One that turns out to lead to a replica is opened anew: behind a stable address the
 * roles may have been swapped.
 *
 * @throws RoomkeepError REDIS_UNAVAILABLE within 5 s, naming the host and never the password
 * @throws RoomkeepError REDIS_UNSUITABLE what answers is no Redis that roomkeep can use
 */
export async function openRedisClient(
  url: string,
  { prefix = "", onReplica }: RedisClientOptions = {},
): Promise<RedisClient> {
  const where = new URL(url).host;
  let opened = false;
  const connect = () => connectionTo(url, (cause) => !opened && refusalOf(cause) !== undefined);
  let client = connect();
  let closed = false;
  let openedAt = performance.now();
  const gone = (cause: unknown) =>
    new RoomkeepError(
      "REDIS_UNAVAILABLE",
      REPLICA_SAID.test(String(cause))
        ? `Redis at ${where} takes no writes: it is a replica. REDIS_URL must lead to the primary.`
        : `Redis at ${where} did not answer. Is it running? Without REDIS_URL one process runs alone.`,
      { cause },
    );
  try {
    await within(CONNECT_MS, client.connect());
    // One that does not tell is taken as it is.
    const info = await within(ANSWER_MS, client.sendCommand<string>(["INFO"])).catch(() => "");
    const reason = unsuitable(info);
    if (reason !== undefined) throw new RoomkeepError("REDIS_UNSUITABLE", `Redis at ${where} ${reason}`);
    opened = true;
  } catch (cause) {
    client.destroy();
    if (cause instanceof RoomkeepError) throw cause;
    const reason = refusalOf(cause);
    if (reason === undefined) throw gone(cause);
    throw new RoomkeepError("REDIS_UNSUITABLE", `Redis at ${where} ${reason}`, { cause });
  }

  function leaveReplica(): void {
    if (closed || performance.now() - openedAt < LEAVE_REPLICA_MS) return;
    openedAt = performance.now();
    const left = client;
    client = connect();
    client.connect().catch(() => {}); // it tries until it is closed
    left.destroy();
    onReplica?.();
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
      if (REPLICA_SAID.test(String(error))) leaveReplica();
      throw gone(error);
    }
  }

  async function runScript(text: string, sha: string, keys: string[], args: string[]): Promise<unknown> {
    const given = { keys, arguments: args };
    try {
      return await client.evalSha(sha, given);
    } catch (error) {
      // A Redis that was started anew does not know the script yet.
      if (!String(error).includes("NOSCRIPT")) throw error;
      return client.eval(text, given);
    }
  }

  function under(prefix: string): RedisClient {
    const texts = new Map<Script, { text: string; sha: string }>();
    const textOf = (script: Script) => {
      const known = texts.get(script);
      if (known) return known;
      const text = `local prefix = '${prefix}'\n${script}`;
      const made = { text, sha: createHash("sha1").update(text).digest("hex") };
      texts.set(script, made);
      return made;
    };
    return {
      run<T>(script: Script, keys: readonly string[], args: readonly string[]) {
        const { text, sha } = textOf(script);
        const named = keys.map((key) => prefix + key);
        return ask<T>(() => runScript(text, sha, named, [...args]));
      },
      send: <T>(...command: string[]) => ask<T>(() => client.sendCommand(command)),
      name: (key) => prefix + key,
      under,
      close() {
        closed = true;
        client.destroy();
      },
    };
  }
  return under(prefix);
}

/** @param isFinal whether it is of no use to try again after such an error */
function connectionTo(url: string, isFinal: (cause: Error) => boolean) {
  const reconnectStrategy = (tries: number, cause: Error) =>
    isFinal(cause) ? false : Math.min(tries * 50, 500);
  const client = createClient({
    url,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy },
    disableOfflineQueue: true,
  });
  // Without a listener an outage would end the process; each command tells of it.
  client.on("error", () => {});
  return client;
}

/** The same error as Colyseus tells it to whoever joins: our code goes in front of the text. */
export function asMatchmakingError(error: unknown): unknown {
  if (!(error instanceof RoomkeepError)) return error;
  return new ServerError(ColyseusCode.APPLICATION_ERROR, `${error.code}: ${error.message}`, { cause: error });
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // After a stall of this process its timers come first: before an answer that has long arrived is read,
    // and before a question that waited for the next turn is even sent.
    const wait = (forMs: number, more: number): void => {
      const dueAt = performance.now() + forMs;
      timer = setTimeout(() => {
        const stalled = performance.now() - dueAt > CATCH_UP_MS;
        if (more === 0) reject(new Error(`no answer in ${ms} ms`));
        else if (stalled) wait(AFTER_STALL_MS, more - 1);
        else wait(CATCH_UP_MS, 0);
      }, forMs);
    };
    wait(ms, STALLS_MAX);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
