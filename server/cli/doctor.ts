import pg from "pg";
import { WebSocket } from "ws";
import { openLivenessLock } from "../cluster/dead-leases.ts";
import { listMembers } from "../cluster/heartbeat-scripts.ts";
import type { Member } from "../cluster/member.ts";
import { openRedisClient, type RedisClient } from "../cluster/redis-client.ts";
import { readConfig } from "../config.ts";
import type { Command } from "./command.ts";

/** A larger difference between two clocks makes logs hard to read, ms. */
const SKEW_MAX_MS = 2_000;
const WAIT_MS = 5_000;
/** An address that is reserved for documentation (RFC 5737): no client has it. */
const FORGED = "203.0.113.7";

const help = `roomkeep doctor [address]

Checks a deployment and says how to repair each fault: the database and Redis that DATABASE_URL and REDIS_URL name, the
processes that share them, and, with the address that players use (https://game.example.com), the path from there:
answers, upgrades of sockets to each process, forged addresses.

Ends with 1 when something needs a repair.`;

/** Result of one check; `mend`, the repair, is absent when all is well. */
interface Finding {
  readonly what: string;
  readonly mend?: string;
}

/** `roomkeep doctor`: check a deployment. */
export const command: Command = {
  summary: "check a deployment and say how to repair what is wrong",
  help,
  async run([address]) {
    const { databaseUrl, redisUrl } = readConfig(process.env);
    const findings: Finding[] = [];
    const look = async (what: string, mend: string, work: () => Promise<Finding[]>) => {
      try {
        findings.push(...(await work()));
      } catch (error) {
        findings.push({ what: `${what}: ${error instanceof Error ? error.message : error}`, mend });
      }
    };
    if (databaseUrl) {
      const mend = "Start PostgreSQL, or correct DATABASE_URL.";
      await look("database", mend, () => lookAtDatabase(databaseUrl));
    } else findings.push({ what: "database: the embedded one (no DATABASE_URL); one process only" });
    let members: Member[] = [];
    if (redisUrl) {
      await look("Redis", "Start Redis, or correct REDIS_URL.", async () => {
        const link = await openRedisClient(redisUrl);
        try {
          members = await listMembers(link);
          return [...(await lookAtRedis(link)), ...lookAtMembers(members)];
        } finally {
          link.close();
        }
      });
    } else findings.push({ what: "Redis: none (no REDIS_URL); one process only" });
    if (address) {
      const mend = "Is the address right, and does the proxy pass requests to a process that runs?";
      await look("address", mend, () => lookAtAddress(address.replace(/\/$/, ""), members));
    }
    for (const { what, mend } of findings) console.log(mend ? `✗ ${what}\n    ${mend}` : `✓ ${what}`);
    if (findings.some(({ mend }) => mend !== undefined)) process.exitCode = 1;
  },
};

async function lookAtDatabase(url: string): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: WAIT_MS });
  await client.connect();
  try {
    const { rows } = await client.query<{ now: Date; version: string; room: string }>(
      `SELECT clock_timestamp() AS now, current_setting('server_version') AS version,
         (current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity))::text AS room`,
    );
    const [row] = rows;
    const skew = Math.abs(Date.now() - (row?.now.getTime() ?? 0));
    const session = await keepsSessions(url, client);
    return [
      { what: `PostgreSQL ${row?.version} answers, ${row?.room} connections are free` },
      skew < SKEW_MAX_MS
        ? { what: "its clock and this machine's agree" }
        : { what: `its clock is ${skew} ms off this machine's`, mend: "Run an NTP client on both machines." },
      session
        ? { what: "each connection keeps its own session" }
        : {
            what: "a pooler shares a session among connections: a dead process's leases are freed too early",
            mend: "Set the pooler to session mode, or let DATABASE_URL name PostgreSQL itself.",
          },
    ];
  } finally {
    await client.end();
  }
}

/** True when a lock of one connection is refused to another: no pooler shares a session between them. */
async function keepsSessions(url: string, other: pg.Client): Promise<boolean> {
  const name = `doctor ${process.pid} ${Date.now()}`;
  const line = await openLivenessLock(url, name, { warn: () => {} });
  try {
    const { rows } = await other.query<{ got: boolean }>(
      "SELECT pg_try_advisory_lock(hashtextextended('roomkeep:' || $1, 0)) AS got",
      [name],
    );
    return rows[0]?.got === false;
  } finally {
    await line.close();
  }
}

async function lookAtRedis(link: RedisClient): Promise<Finding[]> {
  const startedAt = performance.now();
  const [seconds = "0"] = await link.send<string[]>("TIME");
  const ms = Math.round(performance.now() - startedAt);
  const text = await link.send<string>("INFO");
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(text)?.[1] ?? "";
  const policy = value("maxmemory_policy");
  const skew = Math.abs(Date.now() - Number(seconds) * 1000);
  return [
    { what: `Redis ${value("redis_version")} answers in ${ms} ms` },
    skew < SKEW_MAX_MS + 1_000
      ? { what: "its clock and this machine's agree" }
      : { what: `its clock is ${skew} ms off this machine's`, mend: "Run an NTP client on both machines." },
    value("maxmemory") === "0" || policy === "noeviction"
      ? { what: "it evicts nothing" }
      : {
          what: `it evicts keys when it is full (${policy})`,
          mend: "redis.conf: maxmemory-policy noeviction",
        },
    value("role") === "master"
      ? { what: "it takes writes" }
      : { what: "it is a replica", mend: "Let REDIS_URL name the primary." },
  ];
}

function lookAtMembers(members: readonly Member[]): Finding[] {
  if (members.length === 0) return [{ what: "no process runs", mend: "roomkeep start" }];
  const versions = [...new Set(members.map(({ version }) => version))];
  const findings: Finding[] = [
    { what: `${members.length} processes run: ${members.map(({ address }) => address).join(", ")}` },
    versions.length === 1
      ? { what: `all of version ${versions[0]}` }
      : { what: `of versions ${versions.join(", ")}`, mend: "Finish the roll-out: drain the older ones." },
  ];
  for (const { address, busy, memory } of members) {
    if (busy > 0.75 || memory > 0.85) {
      const load = `${address} is busy ${Math.round(busy * 100)} %, memory ${Math.round(memory * 100)} %`;
      findings.push({ what: load, mend: "Start one more process; new rooms go there." });
    }
  }
  return findings;
}

async function lookAtAddress(url: string, members: readonly Member[]): Promise<Finding[]> {
  const get = (path: string) =>
    fetch(`${url}${path}`, { headers: { "x-forwarded-for": FORGED }, signal: AbortSignal.timeout(WAIT_MS) });
  const { you } = (await (await get("/health")).json()) as { you: string };
  const ready = await get("/ready");
  const findings: Finding[] = [
    { what: `${url} answers` },
    ready.ok
      ? { what: "it is ready" }
      : { what: `it is not ready: ${await ready.text()}`, mend: "Repair what the answer names." },
    you === FORGED
      ? {
          what: "anybody may claim any address in X-Forwarded-For",
          mend: "ROOMKEEP_TRUST_PROXY: the number of proxies before the processes, which must add to that header.",
        }
      : { what: `it sees this machine as ${you}` },
  ];
  for (const { processId, address, publicAddress } of members) {
    const origin = publicAddress ? `${url.split("://")[0]}://${publicAddress}` : url;
    const opened = await upgrades(`${origin.replace(/^http/, "ws")}/${processId}/DOCTOR?sessionId=doctor`);
    findings.push(
      opened
        ? { what: `sockets reach ${address} by ${origin}` }
        : {
            what: `no socket reaches ${address} by ${origin}`,
            mend: "The proxy must pass Upgrade and Connection on, to this very process: docs/deploy.md.",
          },
    );
  }
  return findings;
}

/**
 * Opens a socket to a seat that does not exist. A process refuses it only after the upgrade, so any opening
 * proves that the path works.
 */
function upgrades(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { handshakeTimeout: WAIT_MS });
    const end = (opened: boolean) => {
      socket.terminate();
      resolve(opened);
    };
    socket.once("open", () => end(true));
    socket.once("error", () => end(false));
  });
}
