import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import pg from "pg";

/** A PostgreSQL server that tests may make databases on. */
export interface PostgresServer {
  /** Administrative url, of a database that exists. */
  readonly url: string;
  stop(): Promise<void>;
}

/** The way to get a server: one that runs, one that can be started, or the reason why there is none. */
export type PostgresSource = { start(): Promise<PostgresServer> } | { missing: string };

/**
 * Looks for a running server (ROOMKEEP_TEST_DATABASE_URL, DATABASE_URL, 127.0.0.1:5432), else for the
 * installed programs to start a private one. ROOMKEEP_TEST_POSTGRES=private passes over the running ones,
 * =none over all.
 */
export async function findPostgres(): Promise<PostgresSource> {
  const wanted = process.env.ROOMKEEP_TEST_POSTGRES;
  if (wanted === "none") return { missing: "ROOMKEEP_TEST_POSTGRES=none" };
  for (const url of wanted === "private" ? [] : candidates()) {
    if (await mayCreate(url)) return { start: async () => ({ url, stop: async () => {} }) };
  }
  const programs = findPrograms();
  if (programs) return { start: () => startPrivate(programs) };
  return {
    missing:
      "no PostgreSQL answers at ROOMKEEP_TEST_DATABASE_URL, DATABASE_URL or 127.0.0.1:5432 for a user who may " +
      "create databases, and initdb and postgres are not installed (Debian: apt-get install postgresql)",
  };
}

/**
 * Starts one private server for a whole run of the tests, since to make one takes as long as many a test.
 * Undefined: one runs already, a run wants otherwise (ROOMKEEP_TEST_POSTGRES), or there is none, which each
 * suite says.
 */
export async function startShared(): Promise<PostgresServer | undefined> {
  if (process.env.ROOMKEEP_TEST_POSTGRES) return undefined;
  for (const url of candidates()) if (await mayCreate(url)) return undefined;
  const programs = findPrograms();
  // Several files at a time have clusters of processes on it, each with a pool of connections.
  return programs ? startPrivate(programs, "-c", "max_connections=500") : undefined;
}

function candidates(): string[] {
  const { ROOMKEEP_TEST_DATABASE_URL, DATABASE_URL, PGUSER, PGPASSWORD, PGHOST, PGPORT } = process.env;
  const host = `${PGHOST && !PGHOST.startsWith("/") ? PGHOST : "127.0.0.1"}:${PGPORT ?? 5432}`;
  const password = PGPASSWORD ? `:${encodeURIComponent(PGPASSWORD)}` : "";
  const users = [...new Set([PGUSER, "postgres", userInfo().username])].filter((user) => user !== undefined);
  const local = users.map((user) => `postgres://${encodeURIComponent(user)}${password}@${host}/postgres`);
  return [ROOMKEEP_TEST_DATABASE_URL, DATABASE_URL, ...local].flatMap((url) => url || []);
}

async function mayCreate(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    const { rows } = await client.query(
      "SELECT rolcreatedb OR rolsuper AS may FROM pg_roles WHERE rolname = user",
    );
    return rows[0]?.may === true;
  } catch {
    return false; // the next candidate, or a private server, or a loud message
  } finally {
    await client.end().catch(() => {});
  }
}

interface Programs {
  readonly initdb: string;
  readonly postgres: string;
}
/** Longest wait for a server that starts, tenths of a second: a machine may be busy. */
const STARTS_IN_TENTHS = 600;

function findPrograms(): Programs | null {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions.map((v) => join(debian, v, "bin")),
  ];
  const folder = folders.find((one) => existsSync(join(one, "initdb")) && existsSync(join(one, "postgres")));
  return folder ? { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") } : null;
}

/**
 * A private PostgreSQL that has not come up yet, and does not: it answers each connection with 57P03.
 * Undefined: the programs are not installed.
 */
export async function startUnready(): Promise<PostgresServer | undefined> {
  const programs = findPrograms();
  if (!programs) return undefined;
  const { data, run } = makeCluster(programs);
  // A standby that nobody sends anything, and that lets nobody in meanwhile.
  writeFileSync(join(data, "standby.signal"), "");
  const { url, stop } = await run("-c", "hot_standby=off");
  const code = () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    return client.connect().then(
      () => "connected",
      (error: { code?: string }) => error.code,
    );
  };
  for (let attempt = 0; attempt < STARTS_IN_TENTHS; attempt++) {
    if ((await code()) === "57P03") return { url, stop };
    await new Promise((done) => setTimeout(done, 100));
  }
  await stop();
  throw new Error("a private PostgreSQL that should not come up did");
}

async function startPrivate(programs: Programs, ...options: string[]): Promise<PostgresServer> {
  const { url, stop, child } = await makeCluster(programs).run(...options);
  for (let attempt = 0; attempt < STARTS_IN_TENTHS; attempt++) {
    if (await mayCreate(url)) return { url, stop };
    if (child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  await stop();
  throw new Error(`A private PostgreSQL (${programs.postgres}) did not start.`);
}

/** Makes the folders of a private server. `run` starts it. */
function makeCluster(programs: Programs) {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-postgres-"));
  const as = unprivileged();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid ?? as.uid);
  const data = join(folder, "data");
  execFileSync(programs.initdb, ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"], {
    ...as,
    cwd: folder,
    stdio: "pipe",
  });
  const run = async (...options: string[]) => {
    const port = await freePort();
    const child = spawn(
      programs.postgres,
      ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off", ...options],
      { ...as, cwd: folder, stdio: "ignore" },
    );
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const stop = async () => {
      await ended(child, "SIGINT"); // fast shutdown
      rmSync(folder, { recursive: true, force: true });
    };
    return { url, stop, child };
  };
  return { data, run };
}

/** PostgreSQL refuses to run as root. */
export function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string, user: string) => Number(execFileSync("id", [flag, user], { stdio: "pipe" }));
  for (const user of ["postgres", "nobody"]) {
    try {
      return { uid: id("-u", user), gid: id("-g", user) };
    } catch {
      // no such user
    }
  }
  throw new Error("PostgreSQL does not run as root, and there is neither a user postgres nor nobody.");
}

/** A TCP port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? found(address.port) : failed(new Error("no port")),
      );
    });
  });
}

/** Whether something listens on a port. */
export function takes(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true));
    socket.on("error", () => done(false)).on("connect", () => socket.destroy());
  });
}

/** Longest wait for a program that starts, ms: a machine may be busy. */
const STARTS_IN_MS = 60_000;

/** Waits until a program that was started takes connections. @throws what it said, when it ended before */
export async function untilTaken(port: number, child: ChildProcess, problem: () => string): Promise<void> {
  for (
    const from = performance.now();
    !(await takes(port));
    await new Promise((done) => setTimeout(done, 20))
  )
    if (child.exitCode !== null || performance.now() - from > STARTS_IN_MS) throw new Error(problem());
}

/** Ends a child process and waits until it is gone; after 5 s by force. */
export function ended(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((gone) => {
    const force = setTimeout(() => child.kill("SIGKILL"), 5000);
    child.once("exit", () => {
      clearTimeout(force);
      gone();
    });
    child.kill(signal);
  });
}
