import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Passwords } from "../accounts/passwords.ts";
import type { RateLimit } from "../accounts/rate-limit.ts";
import type { TokenKeys } from "../accounts/token-keys.ts";
import type { Config } from "../config.ts";
import type { SignedInAtDesk } from "../http/admin.ts";
import type { AnyOperation } from "../operations/operation.ts";
import { deskRooms } from "../operations/run/desk-rooms.ts";
import type { OperationHost } from "../operations/run/perform.ts";
import { deskRoutes } from "./desk-routes.ts";
import { openAttempts } from "./sign-in/attempts.ts";
import { type DeskGuard, openDeskGuard } from "./sign-in/desk-guard.ts";
import { type DeskSessions, isKnownAddress, openSessions } from "./sign-in/sessions.ts";
import { signInRoutes } from "./sign-in/sign-in-routes.ts";
import { openTotp } from "./sign-in/totp.ts";
import { firstWelcome } from "./sign-in/welcome-code.ts";

/** What the desk has of its process. */
export interface DeskParts extends Pick<OperationHost, "log" | "accountChanged" | "services"> {
  readonly ds: DataSource;
  /** By name. */
  readonly operations: ReadonlyMap<string, AnyOperation>;
  readonly config: Pick<Config, "desk" | "dataDir" | "auditKey">;
  readonly keys: TokenKeys;
  readonly passwords: Passwords;
  /** Opens a limit of so many in so many seconds, which all processes count together. */
  limit(name: string, points: number, seconds: number): RateLimit;
}

/** The operators' desk of a process. */
export interface Desk {
  /** What operations are carried out on: for the routes, and for the socket of the command line. */
  readonly host: OperationHost;
  readonly guard: DeskGuard;
  readonly sessions: DeskSessions;
  /** Who may open the monitor and the metrics, which show whole states of rooms. */
  readonly looker: SignedInAtDesk;
  readonly endpoints: ReturnType<typeof deskRoutes> & ReturnType<typeof signInRoutes>;
  /**
   * Makes the link for the first admin, where there is no admin; its path, this one time. Call it when the
   * server runs.
   */
  announce(): Promise<string | undefined>;
}

/** Requests of an operator in a minute. */
const REQUESTS = 1_200;

/** Opens the desk: its sessions, and the routes of all operations. */
export function openDesk({ ds, operations, config, keys, passwords, limit, ...parts }: DeskParts): Desk {
  const { desk } = config;
  const sessions = openSessions(ds, desk.idleMinutes);
  const guard = openDeskGuard(sessions, limit("desk", REQUESTS, 60), desk.totp === "require");
  const host: OperationHost = { ds, rooms: deskRooms, permissions: desk.permissions, config, ...parts };
  const attempts = openAttempts(limit, ({ login, address }) => isKnownAddress(ds, login, address));
  const { log } = parts;
  const signIn = { ds, log, passwords, sessions, guard, attempts, totp: openTotp(keys), desk };
  return {
    host,
    guard,
    sessions,
    looker: {
      async admit(request) {
        const session = await guard.admit(request, false);
        if (!desk.permissions[session.role].has("secrets"))
          throw new RoomkeepError("ROLE_NEEDED", 'This needs the permission "secrets".');
        return session;
      },
    },
    endpoints: { ...deskRoutes(operations.values(), { host, guard }), ...signInRoutes(signIn) },
    async announce() {
      const code = await firstWelcome(ds);
      return code === undefined ? undefined : `/admin#welcome=${code}`;
    },
  };
}
