import { RedisPresence } from "@colyseus/redis-presence";

/** Colyseus's mark of a failed request, in front of the error (`IpcProtocol.ERROR`). */
const IPC_ERROR = 1;
/** Longest pause, ms, before Redis is tried again. */
const RETRY_MAX_MS = 500;

/** Options of ioredis for a url. */
export function connectionOf(url: string) {
  const { hostname, port, username, password, pathname, protocol } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, "") || "127.0.0.1",
    port: Number(port || 6379),
    username: decodeURIComponent(username) || undefined,
    password: decodeURIComponent(password) || undefined,
    db: Number(pathname.slice(1) || 0),
    ...(protocol === "rediss:" && { tls: {} }),
    // Commands wait while Redis is away. By default they fail after some tries, and several calls of Colyseus
    // that are not awaited would then end the process.
    maxRetriesPerRequest: null,
    retryStrategy: (tries: number) => Math.min(tries * 50, RETRY_MAX_MS),
  };
}

/**
 * Colyseus's presence on Redis. A request to a room or a process that was killed fails at once and not after
 * two seconds: its channel has no subscriber any more.
 */
export class ClusterPresence extends RedisPresence {
  constructor(url: string) {
    super(connectionOf(url) as ConstructorParameters<typeof RedisPresence>[0]);
  }

  override async publish(topic: string, message: unknown): Promise<void> {
    // A publication fails when this process ends; nothing needs it then.
    const receivers = await this.pub.publish(topic, JSON.stringify(message ?? false)).catch(() => undefined);
    if (receivers === 0 && isRequestChannel(topic)) this.failRequest(message);
  }

  /** Number of subscribers of a channel, in the whole cluster. */
  async listeners(topic: string): Promise<number> {
    const [, count] = (await this.pub.pubsub("NUMSUB", topic)) as [string, number];
    return Number(count);
  }

  override shutdown(): void {
    // QUIT would wait for a Redis that is away.
    for (const line of [this.sub, this.pub]) {
      if (line.status === "ready") line.quit().catch(() => {});
      else line.disconnect();
    }
  }

  // Answers for the missing receiver, so that Colyseus goes on as after a time-out.
  private failRequest(message: unknown): void {
    const [, requestId] = Array.isArray(message) ? message : [];
    this.subscriptions.emit(`ipc:${requestId}`, [IPC_ERROR, "ipc_timeout"]);
  }
}

/** True for the channels of Colyseus's requests to rooms (`$<room>`) and processes (`p:<process>`). */
function isRequestChannel(topic: string): boolean {
  return topic.startsWith("$") || topic.startsWith("p:");
}
