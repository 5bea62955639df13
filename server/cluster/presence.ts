import { RedisPresence } from "@colyseus/redis-presence";

/** Colyseus's word for a request that failed, in front of what went wrong (`IpcProtocol.ERROR`). */
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
    // While Redis is away commands wait for it. By default they fail after a while, and several calls of Colyseus that
    // nobody awaits would end the process then.
    maxRetriesPerRequest: null,
    retryStrategy: (tries: number) => Math.min(tries * 50, RETRY_MAX_MS),
  };
}

/**
 * Colyseus's presence on Redis, which also tells at once when nobody is there: a request to a room or a process whose
 * channel has no subscriber any more (it was killed) fails now and not after two seconds.
 */
export class ClusterPresence extends RedisPresence {
  constructor(url: string) {
    super(connectionOf(url) as ConstructorParameters<typeof RedisPresence>[0]);
  }

  override async publish(topic: string, message: unknown): Promise<void> {
    // A publication that fails because the process ends is of no use to anybody.
    const receivers = await this.pub.publish(topic, JSON.stringify(message ?? false)).catch(() => undefined);
    if (receivers === 0 && isRequestChannel(topic)) this.failRequest(message);
  }

  /** How many listen to a channel, in the whole cluster. */
  async listeners(topic: string): Promise<number> {
    const [, count] = (await this.pub.pubsub("NUMSUB", topic)) as [string, number];
    return Number(count);
  }

  override shutdown(): void {
    // A farewell to a Redis that is away would wait for it.
    for (const line of [this.sub, this.pub]) {
      if (line.status === "ready") line.quit().catch(() => {});
      else line.disconnect();
    }
  }

  // Answers in the place of whoever is gone, so that Colyseus does what it does after a time-out.
  private failRequest(message: unknown): void {
    const [, requestId] = Array.isArray(message) ? message : [];
    this.subscriptions.emit(`ipc:${requestId}`, [IPC_ERROR, "ipc_timeout"]);
  }
}

/** `$<room>` and `p:<process>`, on which Colyseus asks rooms and processes. */
function isRequestChannel(topic: string): boolean {
  return topic.startsWith("$") || topic.startsWith("p:");
}
