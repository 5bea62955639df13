import { mkdir, mkdtemp, readdir, realpath, rm, symlink, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RoomkeepError } from "../../shared/index.ts";

/** A data folder that this process alone uses, until it releases it or dies. */
export interface DataFolder {
  readonly path: string;
  release(): Promise<void>;
}

const LOCK = /^lock\.(\d+)$/;
/** Longest wait, ms, for the owner's process id; a frozen owner counts as an owner too. */
const ANSWER_MS = 500;

/**
 * Makes the folder if it is missing and takes its lock, because the embedded database has none of its own and
 * two processes on it lose rows. The lock is a listening unix socket: the kernel frees it when the process
 * dies, however it dies, and it also works between containers that share a volume.
 *
 * A dead owner leaves its socket file behind. If starters removed that file before they bind, two of them
 * could remove each other's. So each binds the next number (binding is atomic) and then checks whether
 * another lock answers. In doubt both refuse; they never both go on.
 *
 * @throws DATA_DIR_UNWRITABLE the folder cannot be made or written
 * @throws DATA_DIR_LOCKED a live process has it
 */
export async function lockDataFolder(folder: string): Promise<DataFolder> {
  const path = await mkdir(folder, { recursive: true })
    .then(() => realpath(folder))
    .catch((cause) => unwritable(folder, cause));
  const short = await shortName(path).catch((cause) => unwritable(folder, cause));
  try {
    await refuseIfOwned(path, short.path);
    const { number, server } = await bindNext(path, short.path);
    const release = async () => {
      await new Promise((done) => server.close(done));
      await unlink(join(path, `lock.${number}`)).catch(ignoreMissing);
    };
    try {
      for (const stale of await refuseIfOwned(path, short.path, number)) {
        await unlink(join(path, `lock.${stale}`)).catch(ignoreMissing);
      }
    } catch (error) {
      await release();
      throw error;
    }
    return { path, release };
  } finally {
    await short.remove();
  }
}

/** A path to the folder that fits a socket address (about 100 bytes), however deep the folder lies. */
export async function shortName(path: string): Promise<{ path: string; remove(): Promise<void> }> {
  const holder = await mkdtemp(join(tmpdir(), "rk-"));
  await symlink(path, join(holder, "d"));
  return { path: join(holder, "d"), remove: () => rm(holder, { recursive: true, force: true }) };
}

/** Returns the numbers of dead locks in the folder. */
async function refuseIfOwned(path: string, short: string, except?: number): Promise<number[]> {
  const dead: number[] = [];
  for (const number of await lockNumbers(path)) {
    if (number === except) continue;
    const owner = await askOwner(join(short, `lock.${number}`));
    if (owner !== null) throw locked(path, owner);
    dead.push(number);
  }
  return dead;
}

async function lockNumbers(path: string): Promise<number[]> {
  const names = await readdir(path).catch((cause) => unwritable(path, cause));
  return names.flatMap((name) => LOCK.exec(name)?.[1] ?? []).map(Number);
}

async function bindNext(path: string, short: string): Promise<{ number: number; server: Server }> {
  const number = Math.max(-1, ...(await lockNumbers(path))) + 1;
  const server = createServer((socket) => {
    socket.on("error", () => {}); // a client that has gone is no error of the owner
    socket.end(`${process.pid}\n`);
  });
  await new Promise<void>((bound, failed) => {
    server.once("error", failed).listen(join(short, `lock.${number}`), bound);
  }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === "EADDRINUSE" ? locked(path, "") : unwritableError(path, cause);
  });
  server.unref();
  return { number, server };
}

/** The owner's process id; "" without an answer, null if no process listens. */
function askOwner(address: string): Promise<string | null> {
  return new Promise((answer) => {
    let text = "";
    const socket = connect(address).setEncoding("utf8");
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on("data", (part: string) => {
      text += part;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // Anything but these two may be a live owner that is merely busy.
      const nobody = error.code === "ECONNREFUSED" || error.code === "ENOENT";
      answer(nobody ? null : "");
    });
    socket.on("close", () => answer(text.trim()));
  });
}

function locked(path: string, owner: string): RoomkeepError {
  const who = owner === "" ? "Another process" : `Process ${owner}`;
  return new RoomkeepError(
    "DATA_DIR_LOCKED",
    `${who} uses the data folder ${path}. Stop it first, choose another folder by ROOMKEEP_DATA_DIR, or set DATABASE_URL to share one PostgreSQL.`,
  );
}

function unwritable(path: string, cause: unknown): never {
  throw unwritableError(path, cause);
}

function unwritableError(path: string, cause: unknown): RoomkeepError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RoomkeepError(
    "DATA_DIR_UNWRITABLE",
    `The data folder ${path} cannot be written (${why}). Give this user the right to write there, or choose another folder by ROOMKEEP_DATA_DIR.`,
    { cause },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
