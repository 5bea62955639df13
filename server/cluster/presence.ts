import { RedisPresence } from "@colyseus/redis-presence";
import { REPLICA_SAID } from "./redis/redis-client.ts";

/** Colyseus's mark of a failed request, in front of the error (`IpcProtocol.ERROR`). */
const IPC_ERROR = 1;
/** Longest pause, ms, before Redis is tried again. */
const RETRY_MAX_MS = 500;
/** What a Redis says to a write that it takes later, maybe after somebody has mended it. */
const LATER = new RegExp(`^(${REPLICA_SAID.source}|MISCONF|OOM|NOREPLICAS|LOADING)`);

type Listener = Parameters<RedisPresence["subscribe"]>[1];

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
  };
}

/**
 * Colyseus's presence on Redis, all of whose keys and channels begin with a prefix. Besides:
 * - A write that Redis refuses for now (it has become a replica, its disk is full) waits on a new connection,
 * as it does while Redis is away; one that it refuses for good throws, where Colyseus's own resolves with the
 *   error.
 * - A request to a room or a process whose channel has no subscriber any more (it was killed) fails now and
 *   not after two seconds.
 */
export class ClusterPresence extends RedisPresence {
  private readonly prefix: string;

  constructor(url: string, prefix = "") {
    let refusedAt = Number.NEGATIVE_INFINITY;
    const reconnectOnError = ({ message }: Error) => {
      if (!LATER.test(message)) return false;
      refusedAt = performance.now();
      return 2; // and ask again
    };
    const retryStrategy = (tries: number) =>
      performance.now() - refusedAt < RETRY_MAX_MS ? RETRY_MAX_MS : Math.min(tries * 50, RETRY_MAX_MS);
    const options = { ...connectionOf(url), keyPrefix: prefix, reconnectOnError, retryStrategy };
    super(options as ConstructorParameters<typeof RedisPresence>[0]);
    this.prefix = prefix;
    // Every room subscribes to its parties: Node's warning of a leak above ten listeners is wrong here.
    this.subscriptions.setMaxListeners(0);
    // The prefix of ioredis is for keys: channels are named by us.
    const heard = this.handleSubscription;
    this.handleSubscription = (channel: string, message: string) =>
      heard(channel.slice(prefix.length), message);
  }

  /**
   * Connects anew: the address leads to another Redis by now. What is subscribed at the old one would hear
   * nothing of it.
   */
  reconnect(): void {
    for (const line of [this.sub, this.pub]) if (line.status === "ready") line.disconnect(true);
  }

  override async subscribe(topic: string, callback: Listener): Promise<this> {
    this.subscriptions.addListener(topic, callback);
    if (this.sub.listenerCount("message") === 0) this.sub.on("message", this.handleSubscription);
    await this.sub.subscribe(this.prefix + topic);
    return this;
  }

  override async unsubscribe(topic: string, callback?: Listener): Promise<this> {
    if (callback) this.subscriptions.removeListener(topic, callback);
    else this.subscriptions.removeAllListeners(topic);
    if (this.subscriptions.listenerCount(topic) === 0) await this.sub.unsubscribe(this.prefix + topic);
    return this;
  }

  protected override resubscribeAll(): void {
    const topics = this.subscriptions.eventNames().map((topic) => this.prefix + String(topic));
    // If it fails the connection is gone again, and this is called at the next one.
    if (topics.length > 0) this.sub.subscribe(...topics).catch(() => {});
  }

  override async publish(topic: string, message: unknown): Promise<void> {
    // A publication that fails because the process ends is of no use to anybody.
    const receivers = await this.pub
      .publish(this.prefix + topic, JSON.stringify(message ?? false))
      .catch(() => undefined);
    if (receivers === 0 && isRequestChannel(topic)) this.failRequest(message);
  }

  override async channels(pattern = "*"): Promise<string[]> {
    const names = (await this.pub.pubsub("CHANNELS", this.prefix + pattern)) as string[];
    return names.map((name) => name.slice(this.prefix.length));
  }

  /** How many listen to a channel, in the whole cluster. */
  async listeners(topic: string): Promise<number> {
    const [, count] = (await this.pub.pubsub("NUMSUB", this.prefix + topic)) as [string, number];
    return Number(count);
  }

  override async set(key: string, value: string): Promise<unknown> {
    return this.pub.set(key, value);
  }

  override async setex(key: string, value: string, seconds: number): Promise<unknown> {
    return this.pub.setex(key, seconds, value);
  }

  override async expire(key: string, seconds: number): Promise<unknown> {
    return this.pub.expire(key, seconds);
  }

  override async del(key: string): Promise<unknown> {
    return this.pub.del(key);
  }

  override async sadd(key: string, value: string): Promise<unknown> {
    return this.pub.sadd(key, value);
  }

  /** Colyseus counts its rooms by it and does not wait: what Redis refuses must not end the process. */
  override hset(key: string, field: string, value: string): Promise<boolean> {
    const written = super.hset(key, field, value);
    written.catch(() => {});
    return written;
  }

  override async hincrbyex(key: string, field: string, value: number, seconds: number): Promise<number> {
    const results = await this.pub.multi().hincrby(key, field, value).expire(key, seconds).exec();
    const [error, count] = results?.[0] ?? [new Error("the transaction was not carried out")];
    if (error) throw error;
    return Number(count);
  }

  override async brpop(...args: unknown[]): Promise<[string, string] | null> {
    const popped = await super.brpop(...args);
    return popped && [popped[0].slice(this.prefix.length), popped[1]];
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
