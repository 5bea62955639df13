import { ROUTES } from "./routes.ts";
import type { Schema } from "./schema.d.ts";

/** All routes of the desk, as the server's document has them. */
export type Operations = Schema;
export type OperationName = keyof Operations & string;
export type ParamsOf<Name extends OperationName> = Operations[Name]["params"];
export type ResultOf<Name extends OperationName> = Operations[Name]["result"];

type Route = readonly [method: string, permission: string];

const routes: Record<string, Route> = { ...ROUTES };

/** Whether a route is one of the desk's own, which each server of this version has. */
export const isDeskRoute = (name: string): boolean => name in ROUTES;

/** Adds routes that this server has besides: those of its plugins. */
export function addRoutes(more: Readonly<Record<string, Route>>): void {
  Object.assign(routes, more);
}

/** A refusal of the server, or no answer at all. */
export class DeskError extends Error {
  readonly code: string;
  readonly status: number;
  /** Seconds after which it may be tried again. */
  readonly retryAfterS: number | undefined;

  constructor(code: string, message: string, status: number, retryAfterS?: number) {
    super(message);
    this.name = "DeskError";
    this.code = code;
    this.status = status;
    this.retryAfterS = retryAfterS;
  }
}

/** The permission that a route needs; empty: none, or that is not known. */
export function permissionOf(name: OperationName): string {
  return routes[name]?.[1] ?? "";
}

/** What each request carries, and who hears that a session has ended. */
export interface Connection {
  /** Of the session; a write carries it. */
  csrf: string;
  /** A route has answered that there is no session, or that a code is needed. */
  onRefused(error: DeskError): void;
}

/** The connection of this page. */
export const connection: Connection = { csrf: "", onRefused() {} };

/** Where the routes are: beside the folder of this page, which may lie beneath a path of a proxy. */
export function addressOf(name: string): string {
  return new URL(`../v1/admin/${name.replace(".", "/")}`, document.baseURI).href;
}

/**
 * Asks a route of the desk.
 *
 * @throws DeskError it is refused, or the server cannot be reached (`UNREACHABLE`)
 */
export async function ask<Name extends OperationName>(
  name: Name,
  params: ParamsOf<Name>,
  signal?: AbortSignal,
): Promise<ResultOf<Name>> {
  const [method = "POST"] = routes[name] ?? [];
  const isWrite = method === "POST";
  const query = isWrite ? "" : queryOf(params as Record<string, unknown>);
  return send<ResultOf<Name>>(`${addressOf(name)}${query}`, {
    method,
    ...(signal && { signal }),
    headers: isWrite ? { "content-type": "application/json", "x-roomkeep-csrf": connection.csrf } : {},
    ...(isWrite && { body: JSON.stringify(params) }),
  });
}

/** The server's OpenAPI document. @throws DeskError the server cannot be reached (`UNREACHABLE`) */
export function askDocument<Document>(): Promise<Document> {
  return send<Document>(new URL("../v1/openapi.json", document.baseURI).href, {});
}

async function send<Result>(address: string, init: RequestInit): Promise<Result> {
  const response = await fetch(address, init).catch((cause: unknown) => {
    if (init.signal?.aborted) throw cause;
    throw new DeskError("UNREACHABLE", "The server does not answer.", 0);
  });
  const text = await response.text();
  const body: unknown = text === "" ? null : readJson(text);
  if (response.ok) return body as Result;
  const error = errorOf(body, response);
  if (response.status === 401) connection.onRefused(error);
  throw error;
}

/** `?game=plaza`; without what is not given. */
export function queryOf(params: Record<string, unknown>): string {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return query === "" ? "" : `?${query}`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function errorOf(body: unknown, response: Response): DeskError {
  const { code, message } = (body ?? {}) as { code?: unknown; message?: unknown };
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new DeskError(
    typeof code === "string" ? code : response.status === 404 ? "ROUTE_UNKNOWN" : "SERVER_FAILED",
    typeof message === "string" ? message : `The server answered ${response.status}.`,
    response.status,
    Number.isFinite(after) ? after : undefined,
  );
}
