import { connect, type Socket } from "node:net";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { ERROR_CODES, type ErrorCode, RoomkeepError } from "../../../shared/index.ts";
import { SIGN_INS } from "../../accounts/auth.ts";
import { readConfig } from "../../config.ts";
import type { Operation } from "../../operations/operation.ts";
import { OPERATOR_SOCKET, type OperatorLine } from "../../operations/operator-socket.ts";
import { shortName } from "../../storage/data-folder.ts";
import { tellServers } from "./tell-servers.ts";
import { withDatabase } from "./with-database.ts";

/** For the help of each command: which database it works on. */
export const WHERE = `It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR. The embedded one
belongs to the server while it runs, which then does it when asked by this user, on this machine.`;

const print = (line: string) => console.log(line);
const note = (line: string) => console.error(line);

/**
 * Carries out an operation: in the server that runs on the embedded database, if there is one, else here, on
 * the database that the environment names.
 *
 * @throws what the operation throws, and what opening the database does
 */
export async function operate<P>(operation: Operation<P>, params: P): Promise<void> {
  const { databaseUrl, dataDir } = readConfig(process.env);
  const by = operatorName();
  if (databaseUrl === undefined && (await askServer(dataDir, { operation: operation.name, params, by })))
    return;
  await withDatabase(({ ds }, config) => {
    const accountChanged = (accountId: string) => tellServers(config, [SIGN_INS, accountId]);
    return operation.run({ ds, by, print, note, accountChanged }, params);
  });
}

/** Asks the server that has this data folder. False: none runs there. */
async function askServer(dataDir: string, request: object): Promise<boolean> {
  const short = await shortName(resolve(dataDir));
  const socket = connect(join(short.path, OPERATOR_SOCKET));
  try {
    if (!(await isConnected(socket))) return false;
    socket.on("error", () => {}); // told below: the answer has no end
    socket.write(`${JSON.stringify(request)}\n`);
    await readAnswer(createInterface({ input: socket }));
    return true;
  } finally {
    socket.destroy();
    await short.remove();
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

async function readAnswer(lines: AsyncIterable<string>): Promise<void> {
  for await (const text of lines) {
    const line = JSON.parse(text) as OperatorLine;
    if ("print" in line) print(line.print);
    else if ("note" in line) note(line.note);
    else if ("done" in line) return;
    else throw new RoomkeepError(codeOf(line.error.code), line.error.message);
  }
  throw new RoomkeepError("DATABASE_UNAVAILABLE", "The running server ended before it was done.");
}

/** A server of another version may know other codes. */
function codeOf(code: string): ErrorCode {
  return code in ERROR_CODES ? (code as ErrorCode) : "ACTION_REFUSED";
}

/** Who gives a command, for the audit log. */
export function operatorName(): string {
  try {
    return `operator ${userInfo().username}`;
  } catch {
    return `operator ${process.getuid?.() ?? ""}`; // in a container whose user has no name
  }
}
