import { z } from "zod";

/** What a member may be, the least first. */
export const ROLES = ["member", "officer", "leader"] as const;

/** Role of a member; a group has one leader. */
export type GroupRole = (typeof ROLES)[number];

/** What a role may be allowed, each with what it lets one do. A leader may do all of it, and disband. */
export const PERMISSIONS = {
  invite: "invite people, and withdraw invitations",
  answer: "accept and refuse requests",
  remove: "remove those of a lower role",
  promote: "give those of a lower role another one, up to the own",
  edit: "change name, tag, text and who may join",
  deposit: "put into the bank",
  withdraw: "take out of the bank, within the limits of a day",
  log: "read the log of the bank",
} as const;

/** One thing that a role may be allowed. */
export type GroupPermission = keyof typeof PERMISSIONS;

const permission = z.enum(Object.keys(PERMISSIONS) as [GroupPermission, ...GroupPermission[]]);

/** Which role may do what; the usual table, where a setting says nothing else. */
export const permissionTable = z
  .strictObject({
    officer: z.array(permission).default(["invite", "answer", "remove", "deposit", "withdraw", "log"]),
    member: z.array(permission).default(["deposit", "log"]),
  })
  .prefault({});

/** The table of a server. */
export type PermissionTable = z.output<typeof permissionTable>;

/** Whether a role may do something. */
export function allows(table: PermissionTable, role: GroupRole, what: GroupPermission): boolean {
  return role === "leader" || table[role].includes(what);
}

/** Whether a role is higher than another one. */
export function isAbove(role: GroupRole, other: GroupRole): boolean {
  return ROLES.indexOf(role) > ROLES.indexOf(other);
}
