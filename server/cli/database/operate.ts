import { connect, type Socket } from "node:net";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { ERROR_CODES, type ErrorCode, RoomkeepError } from "../../../shared/index.ts";
import { SIGN_INS } from "../../accounts/auth.ts";
import { readConfig } from "../../config.ts";
import type { Operation } from "../../operations/operation.ts";
import { readPermissions } from "../../operations/permissions.ts";
import type { DescribedOperation } from "../../operations/run/described.ts";
import { noRooms } from "../../operations/run/desk-rooms.ts";
import {
  ALL_OPERATIONS,
  OPERATOR_SOCKET,
  type OperatorLine,
  sharedSockets,
} from "../../operations/run/operator-socket.ts";
import { readParams } from "../../operations/run/params.ts";
import { perform } from "../../operations/run/perform.ts";
import { shortName } from "../../storage/data-folder.ts";
import { placeOf } from "../../storage/database.ts";
import { tellServers } from "./tell-servers.ts";
import { withDatabase } from "./with-database.ts";

/** For the help of each command: which database it works on. */
export const WHERE = `It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR. A server that
runs on this machine with the same data folder does it when asked by its own user; the embedded database belongs to it.`;

/** How an answer is printed. */
export interface Printing<Result> {
  /** As one JSON object. */
  readonly json?: boolean;
  /** With `json`: what stands on a line each, instead of one object. */
  rows?(result: Result): readonly unknown[];
}

type Note = (progress: object, text: string) => void;

/**
 * Carries out an operation and prints its result: one JSON object, or lines for people.
 *
 * @throws what {@link ask} throws, and what is wrong by a good answer
 */
export async function operate<P extends z.ZodObject, R extends z.ZodType>(
  operation: Operation<P, R>,
  params: z.input<P>,
  { json = false, rows = (result) => [result] }: Printing<z.output<R>> = {},
): Promise<void> {
  const result = await ask(operation, params, (progress, text) =>
    console.error(json ? JSON.stringify(progress) : text),
  );
  const asJson = () => rows(result).map((row) => JSON.stringify(row));
  for (const line of json ? asJson() : (operation.text?.(result) ?? asJson())) console.log(line);
  const fault = operation.fault?.(result);
  if (fault) throw fault;
}

/**
 * Carries out an operation: in the server that runs with the data folder, if there is one, else here, on the
 * database that the environment names.
 *
 * @throws what the operation throws, and what opening the database does
 */
export async function ask<P extends z.ZodObject, R extends z.ZodType>(
  operation: Operation<P, R>,
  given: z.input<P>,
  note: Note,
): Promise<z.output<R>> {
  const params = readParams(operation.params, given);
  const by = operatorName();
  const served = await askRunning({ operation: operation.name, params: given, by, whole: true }, note);
  if (served) return served.result as z.output<R>;
  let result: { is: z.output<R> } | undefined;
  await withDatabase(async ({ ds }, config) => {
    const host = {
      ds,
      log: PRINTED,
      rooms: noRooms,
      permissions: readPermissions(),
      config,
      services: () => undefined,
      accountChanged: (accountId: string) => tellServers(config, [SIGN_INS, accountId]),
    };
    result = {
      is: await perform(host, {
        operation,
        by: { id: by, name: by, role: "admin" },
        params: () => params,
        note,
      }),
    };
  });
  if (!result) throw new RoomkeepError("DATABASE_UNAVAILABLE");
  return result.is;
}

/**
 * All operations of the server that runs with the data folder, those of its plugins too; none where no server
 * runs, or one of before.
 */
export async function askOperations(): Promise<readonly DescribedOperation[]> {
  const request = { operation: ALL_OPERATIONS, params: {}, by: operatorName(), whole: true };
  try {
    return ((await askRunning(request, () => {}))?.result ?? []) as DescribedOperation[];
  } catch (error) {
    if (error instanceof RoomkeepError && error.code === "CONFIG_INVALID") return [];
    throw error;
  }
}

/**
 * Has the running server carry out an operation of one of its plugins, and prints what it answers.
 *
 * @throws SERVER_NEEDED none runs with the data folder; what the operation throws
 */
export async function operatePlugin(operation: string, params: object, json: boolean): Promise<void> {
  const request = { operation, params, by: operatorName(), whole: json };
  const served = await askRunning(request, (progress, text) =>
    console.error(json ? JSON.stringify(progress) : text),
  );
  if (!served) throw new RoomkeepError("SERVER_NEEDED");
  for (const line of json ? [JSON.stringify(served.result)] : served.printed) console.log(line);
}

/** A command has no log: what goes wrong besides is printed. */
const told = (_: unknown, text?: string) => console.error(text);
const PRINTED = { info: () => {}, warn: told, error: told };

interface Told {
  readonly result?: unknown;
  /** Lines for people, where the result was not asked for whole. */
  readonly printed: readonly string[];
}

/** Asks the server of the configured data folder. Undefined: none runs there. */
function askRunning(request: object, note: Note): Promise<Told | undefined> {
  const { databaseUrl, dataDir } = readConfig(process.env);
  return askServer(resolve(dataDir), databaseUrl, request, note);
}

/** Asks the server that has this data folder, or one that shares it. Undefined: none runs there. */
async function askServer(
  folder: string,
  databaseUrl: string | undefined,
  request: object,
  note: Note,
): Promise<Told | undefined> {
  const names = databaseUrl === undefined ? [OPERATOR_SOCKET] : await sharedSockets(folder);
  if (names.length === 0) return undefined;
  const where = databaseUrl === undefined ? undefined : placeOf(databaseUrl);
  const short = await shortName(folder);
  try {
    for (const name of names) {
      const told = await askAt(join(short.path, name), where, request, note);
      if (told) return told;
    }
    return undefined;
  } finally {
    await short.remove();
  }
}

/**
 * Longest wait, ms, for the greeting of a process on PostgreSQL: one that hangs is passed over, and has not
 * got the request.
 */
const HELLO_MS = 3_000;

async function askAt(
  address: string,
  where: string | undefined,
  request: object,
  note: Note,
): Promise<Told | undefined> {
  const socket = connect(address);
  try {
    if (!(await isConnected(socket))) return undefined;
    socket.on("error", () => {}); // told below: the answer has no end
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    if (where !== undefined && !(await isOf(where, socket, lines))) return undefined;
    socket.write(`${JSON.stringify(request)}\n`);
    return await readAnswer(lines, note);
  } finally {
    socket.destroy();
  }
}

/** True for a process that answers, and whose database is the one that is meant. */
async function isOf(database: string, socket: Socket, lines: AsyncIterator<string>): Promise<boolean> {
  const timer = setTimeout(() => socket.destroy(), HELLO_MS);
  try {
    socket.write(`${JSON.stringify({ hello: { database } })}\n`);
    const first = await lines.next();
    const line = first.done ? undefined : (JSON.parse(first.value) as OperatorLine);
    return line !== undefined && "hello" in line && line.hello.database === database;
  } finally {
    clearTimeout(timer);
  }
}

/** False: nobody listens. @throws DATA_DIR_LOCKED whoever listens does not take our word */
function isConnected(socket: Socket): Promise<boolean> {
  return new Promise((done, failed) => {
    socket.once("connect", () => done(true));
    socket.once("error", (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT" || cause.code === "ECONNREFUSED") return done(false);
      const text = `The server that has the data folder cannot be asked (${cause.code}). Run this as the user that it runs as.`;
      failed(new RoomkeepError("DATA_DIR_LOCKED", text, { cause }));
    });
  });
}

async function readAnswer(lines: AsyncIterator<string>, note: Note): Promise<Told> {
  let told: Told | undefined;
  const printed: string[] = [];
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    const line = JSON.parse(next.value) as OperatorLine;
    if ("note" in line) note(line.progress, line.note);
    else if ("print" in line) printed.push(line.print);
    else if ("result" in line) told = { result: line.result, printed };
    else if ("done" in line) return told ?? { printed };
    else if ("error" in line) throw new RoomkeepError(codeOf(line.error.code), line.error.message);
  }
  throw new RoomkeepError("DATABASE_UNAVAILABLE", "The running server ended before it was done.");
}

/** A server of another version may know other codes. */
function codeOf(code: string): ErrorCode {
  return Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "ACTION_REFUSED";
}

/** Who gives a command, for the audit log. */
export function operatorName(): string {
  try {
    return `operator ${userInfo().username}`;
  } catch {
    return `operator ${process.getuid?.() ?? ""}`; // in a container whose user has no name
  }
}
