import type { BaseLogger } from "pino";
import type { DataSource, EntityManager } from "typeorm";
import type { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin } from "../../storage/database.ts";
import { isLostConnection } from "../../storage/database-errors.ts";
import { noteAlone, noteDeed } from "../../telemetry/audit.ts";
import { announceDeed, finishAnnounced } from "../../telemetry/audit-chain/announced.ts";
import { type Deed, entryOf } from "../../telemetry/audit-chain/deed.ts";
import type { AnyOperation, Operation, OperationContext, Operator } from "../operation.ts";
import type { PermissionTable } from "../permissions.ts";
import type { DeskRooms } from "./desk-rooms.ts";
import { flatParameters } from "./params.ts";
import type { RunningParts } from "./running-parts.ts";

/** Longest time of a transaction, ms. */
const TRANSACTION_MS = 15_000;
/** Longest text of a parameter in the audit log, in characters. */
const SHOWN_MAX = 200;

/** What operations are carried out on. */
export interface OperationHost {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  readonly rooms: DeskRooms;
  readonly permissions: PermissionTable;
  readonly config: OperationContext["config"];
  /** Undefined in a command that no running server carries out, and before the server's parts are open. */
  services(): RunningParts | undefined;
  /** See {@link OperationContext}. */
  readonly accountChanged: OperationContext["accountChanged"];
}

/** An operation, who asks for it, and what it is asked with. */
export interface OperationRequest<P extends z.ZodObject, R extends z.ZodType> {
  readonly operation: Operation<P, R>;
  readonly by: Operator;
  /** Reads the parameters, once the permission is there. @throws MESSAGE_INVALID they do not fit */
  params(): z.output<P>;
  note?(progress: object, text: string): void;
}

/**
 * Carries an operation out: checks the permission, does it, in one transaction with its audit entry where it
 * has one, and tells those concerned. An audited one has exactly one entry, refused or failed ones too;
 * without a transaction it is announced first, so that it has one even if the process dies in it.
 *
 * @throws ROLE_NEEDED the operator lacks the permission; what the operation throws
 */
export async function perform<P extends z.ZodObject, R extends z.ZodType>(
  host: OperationHost,
  request: OperationRequest<P, R>,
): Promise<z.output<R>> {
  const { operation, by } = request;
  const afterwards: (() => unknown)[] = [];
  let concerned: string | undefined;
  const contextOf = (db: EntityManager): OperationContext => ({
    ds: host.ds,
    db,
    by,
    rooms: host.rooms,
    services: host.services(),
    config: host.config,
    accountChanged: host.accountChanged,
    concerns: (accountId) => {
      concerned = accountId;
    },
    after: (tell) => void afterwards.push(tell),
    note: request.note ?? (() => {}),
  });
  const deed = () => deedOf(request, concerned);
  let announced: string | undefined;
  const work = async (db: EntityManager) => {
    if (!host.permissions[by.role].has(operation.permission))
      throw new RoomkeepError("ROLE_NEEDED", `This needs the permission "${operation.permission}".`);
    const params = request.params();
    if (operation.isAudited && !operation.hasTransaction) announced = await announceDeed(host.ds, deed());
    return operation.run(contextOf(db), params);
  };
  const inTransaction = () =>
    host.ds.transaction(async (db) => {
      const result = await work(db);
      if (operation.isAudited) await noteDeed(db, deed(), "done");
      return result;
    });
  let result: z.output<R>;
  try {
    result = await (operation.hasTransaction
      ? answerWithin(inTransaction(), TRANSACTION_MS)
      : work(host.ds.manager));
  } catch (error) {
    const outcome = operation.isAudited ? outcomeOf(error) : undefined;
    if (outcome !== undefined) await noteApart(host, deed(), outcome, announced);
    throw error;
  }
  if (announced !== undefined) await noteApart(host, deed(), "done", announced);
  await tellAll(afterwards, host, operation);
  return result;
}

/**
 * Writes the entry of what belongs to no transaction. In a server it waits while the database is away.
 * @throws AUDIT_WAITING it waits; DATABASE_UNAVAILABLE in a command
 */
async function noteApart(
  host: OperationHost,
  deed: Deed,
  outcome: string,
  announced: string | undefined,
): Promise<void> {
  const audit = host.services()?.audit;
  if (!audit)
    return announced === undefined
      ? noteAlone(host.ds, deed, outcome)
      : finishAnnounced(host.ds, announced, deed, outcome);
  const entry = entryOf(deed, outcome);
  const noted = announced === undefined ? audit.note(entry) : audit.finish(announced, entry);
  await noted.catch((cause: unknown) => {
    throw new RoomkeepError("AUDIT_WAITING", undefined, { cause });
  });
}

/**
 * The outcome of one that threw. Undefined: the database did not answer, so that it may have been done
 * together with its entry.
 */
function outcomeOf(error: unknown): string | undefined {
  if (isLostConnection(error)) return undefined;
  if (!(error instanceof RoomkeepError)) return "failed";
  return error.code === "DATABASE_UNAVAILABLE" ? undefined : error.code;
}

async function tellAll(
  afterwards: readonly (() => unknown)[],
  { log }: OperationHost,
  { name }: AnyOperation,
): Promise<void> {
  for (const tell of afterwards) {
    try {
      await tell();
    } catch (error) {
      log.warn({ err: error, operation: name }, "an operation is done, but not everybody could be told");
    }
  }
}

function deedOf<P extends z.ZodObject, R extends z.ZodType>(
  request: OperationRequest<P, R>,
  concerned: string | undefined,
): Deed {
  const { operation, by } = request;
  return {
    caller: by.accountId ?? by.id,
    role: by.role,
    ...(by.accountId !== undefined && { account: by.accountId }),
    line: lineOf(operation, readOr(request)),
    operation: operation.name,
    concerns: concerned,
  };
}

/** Nothing of what does not fit is written down: a secret may be in the wrong place. */
function readOr<P extends z.ZodObject, R extends z.ZodType>(
  request: OperationRequest<P, R>,
): Record<string, unknown> {
  try {
    return request.params();
  } catch {
    return {};
  }
}

/** As it is given on the command line: `roomkeep admin account role --login Ada --role admin`. */
export function lineOf(
  { name, params: schema, secrets = [] }: Pick<AnyOperation, "name" | "params" | "secrets">,
  params: Readonly<Record<string, unknown>>,
): string {
  const words = flatParameters(schema).flatMap(({ name: parameter, flag }) => {
    const value = params[parameter];
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${flag}`];
    return [`--${flag}`, secrets.includes(parameter) ? "…" : wordOf(String(value))];
  });
  return ["roomkeep admin", ...name.split("."), ...words].join(" ");
}

function wordOf(text: string): string {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return /^[\w.@:/+-]+$/.test(shown) ? shown : JSON.stringify(shown);
}
