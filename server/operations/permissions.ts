import type { Role } from "../../rooms/index.ts";
import { ROLES } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";

/** What an operator may do, each with what it lets one do. */
export const PERMISSIONS = {
  look: "overview, rooms, and players without their addresses",
  secrets: "addresses, and secrets of players in the state of a room",
  sanction: "warn, mute, kick, ban, and notes on players",
  reports: "the queue of reports",
  rooms: "lock, announce in, close and move rooms",
  command: "commands in any room",
  recordings: "scrub rooms back, keep and open recordings",
  accounts: "rename accounts, reset passwords, sign out",
  items: "bookings of coins and items",
  export: "all that is kept about a person",
  delete: "delete accounts",
  settings: "settings of the server",
  flags: "flags by segment",
  audit: "the audit log, and the ledger against all balances",
  operators: "roles of accounts, sign-ins and one-time passwords of operators",
} as const;

/** One thing that an operator may do or not. */
export type Permission = keyof typeof PERMISSIONS;

/** Which role may do what. */
export type PermissionTable = Readonly<Record<Role, ReadonlySet<Permission>>>;

const ALL = Object.keys(PERMISSIONS) as Permission[];
const MODERATOR: readonly Permission[] = ["look", "sanction", "reports", "recordings"];
const OPERATOR: readonly Permission[] = [
  ...MODERATOR,
  ...(["secrets", "rooms", "command", "accounts", "settings", "flags", "audit"] as const),
];
const TABLE: Readonly<Record<Role, readonly Permission[]>> = {
  player: [],
  moderator: MODERATOR,
  operator: OPERATOR,
  admin: ALL,
};

/** Such as `moderator=look,sanction` or `operator=+items,-flags`. */
const CHANGE = /^\s*(moderator|operator)\s*=([\s\w+,-]*)$/;

/**
 * Reads the table that a server has: the usual one, with the changes of ROOMKEEP_DESK_PERMISSIONS. A list
 * takes the place of a role's permissions; with + and - before them they are added and taken away. Admins
 * have all, and players none.
 *
 * @param changes such as `moderator=look,sanction;operator=+items,-flags`
 * @throws CONFIG_INVALID a role or permission is not known
 * @example
 * readPermissions("operator=+items").operator.has("items"); // true
 */
export function readPermissions(changes = ""): PermissionTable {
  const table = Object.fromEntries(
    Object.entries(TABLE).map(([role, usual]) => [role, new Set(usual)]),
  ) as Record<Role, Set<Permission>>;
  for (const change of changes.split(";").filter((one) => one.trim() !== "")) {
    const [, role, list] = CHANGE.exec(change) ?? [];
    if (role === undefined || list === undefined)
      throw new RoomkeepError(
        "CONFIG_INVALID",
        `"${change.trim()}" is no change of permissions, such as moderator=look,sanction or operator=+items,-flags.`,
      );
    const words = list.split(",").map((word) => word.trim());
    const isChange = words.every((word) => /^[+-]/.test(word));
    const permissions = table[role as Role];
    if (!isChange) permissions.clear();
    for (const word of words.filter((one) => one !== "")) {
      const name = permissionOf(isChange ? word.slice(1) : word);
      if (isChange && word.startsWith("-")) permissions.delete(name);
      else permissions.add(name);
    }
  }
  return table;
}

function permissionOf(word: string): Permission {
  if (!(ALL as string[]).includes(word))
    throw new RoomkeepError("CONFIG_INVALID", `"${word}" is no permission: there are ${ALL.join(", ")}.`);
  return word as Permission;
}

/** True where this one may act on an account of that role: those beneath, an admin on all. */
export function isAbove(own: Role, other: Role): boolean {
  return own === "admin" || ROLES.indexOf(own) > ROLES.indexOf(other);
}
