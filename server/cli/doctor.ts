import type { DataSource } from "typeorm";
import { WebSocket } from "ws";
import { RoomkeepError } from "../../shared/index.ts";
import { lockOf, openLivenessLock } from "../cluster/dead-leases.ts";
import { listMembers } from "../cluster/heartbeat-scripts.ts";
import type { Member } from "../cluster/member.ts";
import { openRedisClient, type RedisClient } from "../cluster/redis/redis-client.ts";
import { choosePrefix } from "../cluster/redis/redis-prefix.ts";
import { readConfig } from "../config.ts";
import { openDatabase } from "../storage/database.ts";
import { innermostOf } from "../storage/innermost-cause.ts";
import { checkTables } from "../storage/migrate.ts";
import type { Command } from "./command.ts";

/** A larger difference between two clocks makes logs hard to read, ms. */
const SKEW_MAX_MS = 2_000;
const WAIT_MS = 5_000;
/** An address that is reserved for documentation (RFC 5737): no client has it. */
/** What is of interest is told as a finding. */
const SILENCE = { warn: () => {}, info: () => {} };
/** An address for documents (RFC 5737): nobody has it. */
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
    const config = readConfig(process.env);
    const { databaseUrl, redisUrl } = config;
    const findings: Finding[] = [];
    const look = async (what: string, mend: string, work: () => Promise<Finding[]>) => {
      try {
        findings.push(...(await work()));
      } catch (error) {
        const { message = String(error), cause } = error as Partial<Error>;
        const reason = cause === undefined ? "" : innermostOf(cause);
        const told = message.includes(reason) ? message : `${message} (${reason})`;
        findings.push({ what: `${what}: ${told}`, mend });
      }
    };
    if (databaseUrl) {
      const mend = "Start PostgreSQL, or correct DATABASE_URL.";
      await look("database", mend, () => lookAtDatabase(databaseUrl));
    } else findings.push({ what: "database: the embedded one (no DATABASE_URL); one process only" });
    let members: Member[] = [];
    if (redisUrl) {
      await look("Redis", "Start Redis, or correct REDIS_URL.", async () => {
        const bare = await openRedisClient(redisUrl);
        try {
          const link = bare.under(await choosePrefix(config, bare));
          members = await listMembers(link);
          return [...(await lookAtRedis(link)), ...lookAtMembers(members)];
        } finally {
          bare.close();
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

/** Connects as a process does that starts. */
async function lookAtDatabase(url: string): Promise<Finding[]> {
  const { ds, close } = await openDatabase({ url, dataDir: "", log: SILENCE });
  try {
    const rows = await ds.query<{ now: Date; version: string; room: string }[]>(
      `SELECT clock_timestamp() AS now, current_setting('server_version') AS version,
         (current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity))::text AS room`,
    );
    const [row] = rows;
    const skew = Math.abs(Date.now() - (row?.now.getTime() ?? 0));
    const session = await keepsSessions(url, ds);
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
      await lookAtTables(ds),
    ];
  } finally {
    await close();
  }
}

async function lookAtTables(ds: DataSource): Promise<Finding> {
  try {
    await checkTables(ds, ds.manager);
    return { what: "its tables are roomkeep's own, or can be made" };
  } catch (error) {
    if (!(error instanceof RoomkeepError)) throw error;
    return { what: error.code, mend: error.message };
  }
}

/** A lock that one session holds must be closed to another one. */
async function keepsSessions(url: string, other: DataSource): Promise<boolean> {
  const name = `doctor ${process.pid} ${Date.now()}`;
  const line = await openLivenessLock(url, name, SILENCE);
  try {
    const rows = await other.query<{ got: boolean }[]>(`SELECT pg_try_advisory_lock(${lockOf}) AS got`, [
      name,
    ]);
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
    await writes(link),
    {
      what: link.name("")
        ? `this deployment's keys begin with ${link.name("")}`
        : "this deployment's keys have no prefix: no other one may share this Redis",
    },
  ];
}

async function writes(link: RedisClient): Promise<Finding> {
  try {
    await link.send("SET", link.name("roomkeep:doctor"), "", "PX", "1");
    return { what: "it takes writes" };
  } catch (error) {
    return { what: `it takes no writes: ${innermostOf(error)}`, mend: "Mend what it says." };
  }
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
