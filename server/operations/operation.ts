import type { DataSource, EntityManager } from "typeorm";
import type { z } from "zod";
import type { Role } from "../../rooms/index.ts";
import type { ErrorCode } from "../../shared/index.ts";
import type { Config } from "../config.ts";
import type { Permission } from "./permissions.ts";
import type { DeskRooms } from "./run/desk-rooms.ts";
import type { RunningParts } from "./run/running-parts.ts";

/** Who asks for an operation. */
export interface Operator {
  /** Id of the account; of who gives a command on the machine, `operator` and a user. */
  readonly id: string;
  /** For people, and for the audit log. */
  readonly name: string;
  readonly role: Role;
  /** The account, of an operator who is signed in at the desk. */
  readonly accountId?: string | undefined;
}

/** Where an operation is carried out: on a database of the command's own, or in a running server. */
export interface OperationContext {
  /** For work that opens transactions of its own. Not in an operation with a transaction: see `db`. */
  readonly ds: DataSource;
  /**
   * The transaction, in which the audit entry is written too; where there is none, the database. The embedded
   * database has one connection, so that nobody else is answered while a transaction runs: do not wait for a
   * room in it, but in `after`.
   */
  readonly db: Pick<EntityManager, "query" | "transaction">;
  readonly by: Operator;
  /** Open rooms of all processes. @throws SERVER_NEEDED in a command that no running server carries out */
  readonly rooms: DeskRooms;
  readonly config: Pick<Config, "dataDir" | "auditKey">;
  /** Parts of the running server; undefined in a command that no running server carries out. */
  readonly services: RunningParts | undefined;
  /** Names the account that it is done to, for the audit entry. */
  concerns(accountId: string): void;
  /**
   * Runs once it is in the database: tells rooms and processes. What it throws is logged, and changes nothing
   * about the answer.
   */
  after(tell: () => unknown): void;
  /** Lets the processes know, in `after`, that an account's role or sign-ins have changed. */
  accountChanged(accountId: string): void | Promise<void>;
  /** Says how far it is, beside the answer: for programs, and for people. */
  note(progress: object, text: string): void;
}

/** An operation as it is defined: see {@link defineOperation}. */
export interface OperationDefinition<P extends z.ZodObject, R extends z.ZodType> {
  /** `noun.verb`: `GET|POST /v1/admin/noun/verb`, and `roomkeep admin noun verb`. */
  readonly name: `${string}.${string}`;
  /** One line. */
  readonly summary: string;
  readonly permission: Permission;
  /** `read` is a GET with its parameters in the query; `write` a POST with a JSON body. */
  readonly kind: "read" | "write";
  /** True: each call has exactly one audit entry, refused ones too. Default: of each `write`. */
  readonly audited?: boolean;
  /** True: it runs in a transaction. Default: where it is audited. */
  readonly transaction?: boolean;
  /** Where it may be asked for; `command line` alone: what only the server's own user may do. */
  readonly from?: "everywhere" | "command line";
  /** Flat: texts, numbers, booleans and enums, so that a query and a command line can carry them. */
  readonly params: P;
  /** Parameters that hold a secret: the audit entry has them as `…`. */
  readonly secrets?: readonly (keyof z.output<P> & string)[];
  readonly result: R;
  /** Error codes of its own. */
  readonly codes?: readonly ErrorCode[];
  /** @throws RoomkeepError it is refused */
  run(context: OperationContext, params: z.output<P>): Promise<z.output<R>>;
  /** Lines for people on the command line. Without it they get the result as JSON. */
  text?(result: z.output<R>): readonly string[];
  /** What is wrong by a good answer: the command then ends with 1. */
  fault?(result: z.output<R>): Error | undefined;
}

/** An operation, whose `isAudited` and `hasTransaction` are settled. */
export interface Operation<P extends z.ZodObject = z.ZodObject, R extends z.ZodType = z.ZodType>
  extends OperationDefinition<P, R> {
  readonly isAudited: boolean;
  readonly hasTransaction: boolean;
}

/**
 * Defines something an operator does. It gives at once the route `/v1/admin/noun/verb` with its entry in the
 * OpenAPI document, the command `roomkeep admin noun verb`, the check of the permission and the audit entry.
 */
export function defineOperation<P extends z.ZodObject, R extends z.ZodType>(
  definition: OperationDefinition<P, R>,
): Operation<P, R> {
  const isAudited = definition.audited ?? definition.kind === "write";
  return { ...definition, isAudited, hasTransaction: definition.transaction ?? isAudited };
}

/** An operation of any parameters and result. */
export type AnyOperation = Operation<z.ZodObject, z.ZodType>;
