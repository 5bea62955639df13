import { unlink } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../shared/index.ts";
import { shortName } from "../storage/data-folder.ts";
import { OPERATIONS } from "./index.ts";
import type { OperationContext } from "./operation.ts";

/** The socket's file in the data folder. Whoever may use it may read the database beside it. */
export const OPERATOR_SOCKET = "operator.sock";
/** Only the server's own user may connect. */
const OTHERS = 0o177;
/** Longest request, in characters. */
const REQUEST_MAX = 64 * 1024;

/** The one line that a command sends. */
export const operatorRequest = z.object({
  operation: z.string(),
  params: z.unknown(),
  /** Who asks, for the audit log. */
  by: z.string().max(100),
});

/** A line of the answer; the last one is `done` or `error`. */
export type OperatorLine =
  | { readonly print: string }
  | { readonly note: string }
  | { readonly done: true }
  | { readonly error: { readonly code: string; readonly message: string } };

/** What the socket's operations work on. */
export interface OperatorHost {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  /** See {@link OperationContext}. */
  readonly accountChanged: OperationContext["accountChanged"];
}

/**
 * Listens in the data folder for commands of operators, because the embedded database belongs to this process
 * alone: they send one line and get lines until it is done. Call it while the folder is locked: a file that
 * is there already was left by a process that died.
 *
 * @returns how to close it
 */
export async function openOperatorSocket(folder: string, host: OperatorHost): Promise<() => Promise<void>> {
  const file = join(folder, OPERATOR_SOCKET);
  await unlink(file).catch(() => {});
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => {}); // a command that was broken off is no concern of the server
    void serve(socket, host);
  });
  const short = await shortName(folder);
  const mask = process.umask(OTHERS);
  try {
    const listening = new Promise<void>((bound, failed) => {
      // Binds at once, so that the file never has other rights.
      server.once("error", failed).listen(join(short.path, OPERATOR_SOCKET), bound);
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

async function serve(socket: Socket, host: OperatorHost): Promise<void> {
  const send = (line: OperatorLine) => socket.write(`${JSON.stringify(line)}\n`);
  try {
    const { operation: name, params, by } = operatorRequest.parse(JSON.parse(await firstLine(socket)));
    const operation = OPERATIONS.get(name);
    if (!operation)
      throw new RoomkeepError("CONFIG_INVALID", `The running server does not know "${name}": is it older?`);
    host.log.info({ operation: name, by }, "an operator's command");
    const context = {
      ds: host.ds,
      by,
      accountChanged: host.accountChanged,
      print: (print: string) => void send({ print }),
      note: (note: string) => void send({ note }),
    };
    await operation.run(context, operation.params.parse(params));
    send({ done: true });
  } catch (error) {
    send({ error: toldOf(error, host) });
  }
  socket.end();
}

function toldOf(error: unknown, { log }: OperatorHost): { code: string; message: string } {
  if (error instanceof RoomkeepError) return { code: error.code, message: error.message };
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return { code: "MESSAGE_INVALID", message: "The running server does not understand this command." };
  log.error({ err: error }, "an operator's command failed");
  return { code: "ACTION_REFUSED", message: "It failed in the running server, whose log tells why." };
}

async function firstLine(socket: Socket): Promise<string> {
  let read = 0;
  socket.on("data", (piece: Buffer) => {
    read += piece.length;
    if (read > REQUEST_MAX) socket.destroy();
  });
  for await (const line of createInterface({ input: socket })) return line;
  throw new SyntaxError("nothing was asked");
}
