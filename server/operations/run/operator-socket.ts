import { readdir, unlink } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { shortName } from "../../storage/data-folder.ts";
import type { AnyOperation } from "../operation.ts";
import { describeOperation } from "./described.ts";
import { readParams } from "./params.ts";
import { type OperationHost, perform } from "./perform.ts";

/**
 * The socket's file in the data folder of an embedded database. Whoever may use it may read the database
 * beside it.
 */
export const OPERATOR_SOCKET = "operator.sock";
/** Sockets of the processes that share a folder on this machine: PostgreSQL has their database. */
const SHARED_SOCKET = /^operator\.[\w-]+\.sock$/;
/** Only the server's own user may connect. */
const OTHERS = 0o177;
/** Longest request, in characters. */
const REQUEST_MAX = 64 * 1024;

/** Asks for the list of all operations: a command does not know those of the server's plugins. */
export const ALL_OPERATIONS = "operations";

/** The line that a command sends. */
export const operatorRequest = z.object({
  operation: z.string(),
  params: z.unknown(),
  /** Who asks, for the audit log. */
  by: z.string().max(100),
  /** True: the result is told whole. Else in lines for people, as to commands of before. */
  whole: z.boolean().default(false),
});

/** A line before the request: which database the command means. A server of another one says so. */
const hello = z.object({ hello: z.object({ database: z.string() }) });

/** A line of the answer; the last one is `done` or `error`. */
export type OperatorLine =
  | { readonly hello: { readonly database: string } }
  | { readonly print: string }
  | { readonly note: string; readonly progress: object }
  | { readonly result: unknown }
  | { readonly done: true }
  | { readonly error: { readonly code: string; readonly message: string } };

/** What the socket's operations work on. */
export interface OperatorHost extends OperationHost {
  readonly operations: ReadonlyMap<string, AnyOperation>;
  /** Where the rows are, for commands that mean another database: see `Database.where`. */
  readonly where: string;
}

/** Name of the socket of a process whose database others may share. */
export const sharedSocketOf = (incarnation: string): string => `operator.${incarnation.slice(0, 8)}.sock`;

/** Files of sockets of processes on PostgreSQL in a folder. */
export async function sharedSockets(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.filter((name) => SHARED_SOCKET.test(name));
}

/**
 * Listens in the data folder for commands of operators: the embedded database belongs to this process alone,
 * and only a server reaches the open rooms. Each command sends one line and gets lines until it is done.
 *
 * @param name file of the socket: {@link OPERATOR_SOCKET} while the folder is locked, when one that is there
 *   was left by a process that died; else {@link sharedSocketOf}, and those that died are removed
 * @returns how to close it
 */
export async function openOperatorSocket(
  folder: string,
  host: OperatorHost,
  name: string = OPERATOR_SOCKET,
): Promise<() => Promise<void>> {
  const file = join(folder, name);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {}); // a command that was broken off is no concern of the server
    void serve(socket, host);
  });
  const short = await shortName(folder);
  const mask = process.umask();
  try {
    if (name === OPERATOR_SOCKET) await unlink(file).catch(() => {});
    else await removeDead(folder, short.path);
    process.umask(OTHERS);
    const listening = new Promise<void>((bound, failed) => {
      // Binds at once, so that the file never has other rights.
      server.once("error", failed).listen(join(short.path, name), bound);
    });
    process.umask(mask);
    await listening;
  } finally {
    process.umask(mask);
    await short.remove();
  }
  server.unref();
  return async () => {
    for (const socket of open) socket.destroy();
    await new Promise((done) => server.close(done));
    await unlink(file).catch(() => {});
  };
}

/** Removes the sockets of processes that died. Each has a name of its own, so that nobody takes one over. */
async function removeDead(folder: string, short: string): Promise<void> {
  for (const name of await sharedSockets(folder))
    if (await isDead(join(short, name))) await unlink(join(folder, name)).catch(() => {});
}

function isDead(address: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(address);
    const end = (dead: boolean) => {
      socket.destroy();
      done(dead);
    };
    socket.once("connect", () => end(false));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => end(code === "ECONNREFUSED"));
  });
}

async function serve(socket: Socket, host: OperatorHost): Promise<void> {
  const send = (line: OperatorLine) => socket.write(`${JSON.stringify(line)}\n`);
  try {
    const lines = linesOf(socket);
    let first: unknown = JSON.parse(await nextOf(lines));
    const greeting = hello.safeParse(first);
    if (greeting.success) {
      send({ hello: { database: host.where } });
      if (greeting.data.hello.database !== host.where) return void socket.end();
      first = JSON.parse(await nextOf(lines));
    }
    await answer(operatorRequest.parse(first), host, send);
    send({ done: true });
  } catch (error) {
    send({ error: toldOf(error, host) });
  }
  socket.end();
}

async function answer(
  { operation: name, params, by, whole }: z.output<typeof operatorRequest>,
  host: OperatorHost,
  send: (line: OperatorLine) => void,
): Promise<void> {
  if (name === ALL_OPERATIONS) {
    send({ result: [...host.operations.values()].map(describeOperation) });
    return;
  }
  const operation = host.operations.get(name);
  if (!operation)
    throw new RoomkeepError("CONFIG_INVALID", `The running server does not know "${name}": is it older?`);
  host.log.info({ operation: name, by }, "an operator's command");
  const result = await perform(host, {
    operation,
    by: { id: by, name: by, role: "admin" },
    params: () => readParams(operation.params, params),
    note: (progress, note) => send({ note, progress }),
  });
  if (whole) send({ result });
  else for (const print of operation.text?.(result) ?? [JSON.stringify(result)]) send({ print });
}

function toldOf(error: unknown, { log }: Pick<OperatorHost, "log">): { code: string; message: string } {
  if (error instanceof RoomkeepError) return { code: error.code, message: error.message };
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return { code: "MESSAGE_INVALID", message: "The running server does not understand this command." };
  log.error({ err: error }, "an operator's command failed");
  return { code: "ACTION_REFUSED", message: "It failed in the running server, whose log tells why." };
}

function linesOf(socket: Socket): AsyncIterator<string> {
  let read = 0;
  socket.on("data", (piece: Buffer) => {
    read += piece.length;
    if (read > REQUEST_MAX) socket.destroy();
  });
  return createInterface({ input: socket })[Symbol.asyncIterator]();
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const next = await lines.next();
  if (next.done) throw new SyntaxError("nothing was asked");
  return next.value;
}
