import { randomUUID } from "node:crypto";
import type { Log } from "roomkeep/rooms";
import type { People } from "roomkeep/server";
import { z } from "zod";
import { type GroupRole, ROLES } from "./permissions.ts";

/** Messages that are on their way at the same time. */
const TELLS_AT_ONCE = 20;

const membership = z.object({
  what: z.literal("membership"),
  group: z.uuid(),
  role: z.enum(ROLES).nullable(),
  from: z.string(),
});

/** What an account is in a group from now on. */
export interface MembershipChange {
  readonly groupId: string;
  readonly accountId: string;
  /** Null: no member any more. */
  readonly role: GroupRole | null;
}

/** Tells the process, and those whom a change concerns, what has become of memberships. */
export interface Changes {
  /** Calls back for each change: see `Groups.onChange`. @returns a function that ends it */
  onChange(listener: (change: MembershipChange) => void): () => void;
  /** A message has come to a room of this process: what another process has changed is called back here. */
  told(accountId: string, payload: unknown): void;
  /** Changes are in the database: tells this process at once, then the accounts. Never throws. */
  changed(changes: readonly MembershipChange[]): void;
  /** Accounts are to read requests and invitations anew. Never throws. */
  news(accountIds: readonly string[], what: "invitation" | "request" | "group"): void;
}

/** Opens the changes of a process. */
export function openChanges(people: Pick<People, "tell">, log: Pick<Log, "error" | "warn">): Changes {
  /** By which a process knows again what it has told itself. */
  const here = randomUUID();
  const listeners = new Set<(change: MembershipChange) => void>();

  function heard(change: MembershipChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        log.error({ err: error }, "who listens to changes of groups has failed");
      }
    }
  }

  async function tellAll(messages: readonly (readonly [accountId: string, payload: object])[]) {
    for (let from = 0; from < messages.length; from += TELLS_AT_ONCE)
      await Promise.all(
        messages
          .slice(from, from + TELLS_AT_ONCE)
          .map(([accountId, payload]) => people.tell(accountId, "changed", payload)),
      );
  }
  const send = (messages: readonly (readonly [string, object])[]) => {
    tellAll(messages).catch((error) => log.warn({ err: error }, "a change of a group was not told"));
  };

  return {
    onChange(listener) {
      // An own one for each call, so that the same function may listen twice.
      const own = (change: MembershipChange) => listener(change);
      listeners.add(own);
      return () => listeners.delete(own);
    },
    told(accountId, payload) {
      const { data } = membership.safeParse(payload);
      if (data && data.from !== here) heard({ groupId: data.group, accountId, role: data.role });
    },
    changed(changes) {
      for (const change of changes) heard(change);
      send(
        changes.map(({ groupId, accountId, role }) => [
          accountId,
          { what: "membership", group: groupId, role, from: here },
        ]),
      );
    },
    news: (accountIds, what) => send(accountIds.map((accountId) => [accountId, { what }])),
  };
}
