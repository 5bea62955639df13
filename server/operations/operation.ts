import type { DataSource } from "typeorm";
import type { z } from "zod";
import type { Deed } from "../telemetry/audit.ts";

/** Where an operation is carried out: on a database of the command's own, or in the server that has it. */
export interface OperationContext {
  readonly ds: DataSource;
  /** Who asked, for the audit log. */
  readonly by: string;
  /** Lets the processes know, once it is in the database, that an account's role or sign-ins have changed. */
  accountChanged(accountId: string): void | Promise<void>;
  /** A line of the answer. */
  print(line: string): void;
  /** A line beside the answer, such as progress. */
  note(line: string): void;
}

/** Something an operator does with the database, by a command. Its parameters may come over a socket. */
export interface Operation<P> {
  readonly name: string;
  readonly params: z.ZodType<P>;
  /** @throws RoomkeepError it is refused */
  run(context: OperationContext, params: P): Promise<void>;
}

/** Keeps the types of an operation together. */
export function defineOperation<P>(operation: Operation<P>): Operation<P> {
  return operation;
}

/** What an operator does by a command line, for the audit log. */
export function deedOf({ by }: Pick<OperationContext, "by">, line: string): Deed {
  return { caller: by, role: "admin", line };
}
