import type { DataSource } from "typeorm";
import type { Role } from "../../../rooms/index.ts";
import { register, setRole } from "../../../server/accounts/accounts.ts";
import { openPasswords } from "../../../server/accounts/passwords.ts";
import { openSessions } from "../../../server/desk/sign-in/sessions.ts";

const passwords = openPasswords();
/** The password of all accounts that are made here. */
export const PASSWORD = "correct horse 7";

/** An account with a session at the desk. */
export interface DeskOperator {
  readonly accountId: string;
  readonly name: string;
  /** The session's token. */
  readonly token: string;
  readonly csrf: string;
  /** Asks a route of the desk; a body makes it a POST. */
  ask(path: string, body?: object, headers?: Record<string, string>): Promise<DeskAnswer>;
}

export interface DeskAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at
  readonly body: any;
}

/** Makes an account of a role, and signs it in at the desk of the server at `url`. */
export async function deskOperator(
  ds: DataSource,
  url: string,
  name: string,
  role: Role,
): Promise<DeskOperator> {
  const { accountId } = await register(ds, passwords, { name, password: PASSWORD });
  await setRole(ds, name, role);
  const sessions = openSessions(ds, 30);
  const token = await sessions.begin(accountId, "127.0.0.1");
  const csrf = (await sessions.read(token))?.csrf ?? "";
  return {
    accountId,
    name,
    token,
    csrf,
    ask: (path, body, headers = {}) =>
      askDesk(url, path, body, { cookie: `roomkeep_desk=${token}`, "x-roomkeep-csrf": csrf, ...headers }),
  };
}

/** Asks a route of the desk with these headers alone. */
export async function askDesk(
  url: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<DeskAnswer> {
  const response = await fetch(`${url}${path}`, {
    method: body ? "POST" : "GET",
    redirect: "manual",
    headers: { ...(body && { "content-type": "application/json" }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith("{") ? JSON.parse(text) : text,
  };
}
