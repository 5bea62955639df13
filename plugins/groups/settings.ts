import { z } from "zod";
import { permissionTable } from "./permissions.ts";

const most = (of: number, to: number, from = 1) => z.coerce.number().int().min(from).max(to).default(of);

/** How much each role takes out of the bank within 24 hours; a leader as much as there is. */
const perDay = (officer: number, to: number) =>
  z.strictObject({ officer: most(officer, to, 0), member: most(0, to, 0) }).prefault({});

/** Settings of the plugin. */
export const groupSettings = z.object({
  membersMax: most(100, 1_000, 2),
  officersMax: most(10, 100, 0),
  groupsPerAccount: most(3, 50),
  /** Groups that an account founds within a day. */
  createsPerDay: most(5, 1_000),
  /** Requests and invitations of an account a minute. */
  requestsPerMinute: most(20, 1_000),
  /** Requests that wait for an answer: of an account, and in a group; as many invitations. */
  requestsMax: most(50, 1_000),
  /** Days after which requests and invitations that nobody has answered end. */
  requestDays: most(30, 3_650),
  permissions: permissionTable,
  coinsPerDay: perDay(1_000, Number.MAX_SAFE_INTEGER),
  itemsPerDay: perDay(50, 2 ** 31 - 1),
  /** Days that lines of the bank's log are kept; at least two, as the limit of a day is counted by them. */
  bankLogDays: most(365, 3_650, 2),
});

/** Checked settings. */
export type GroupSettings = z.output<typeof groupSettings>;
