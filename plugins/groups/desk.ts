import { type Db, deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import { characterOf, payOut } from "./bank/pay-out.ts";
import type { OpenGroups } from "./groups.ts";
import { NAME_LENGTH, writeLooks } from "./membership/founding.ts";
import { lockAccounts, lockGroup } from "./membership/locking.ts";
import { endGroup } from "./membership/members.ts";
import { listGroups, PAGE_MAX, readGroup, readMembers } from "./membership/reading.ts";
import { bankLine, listed, member } from "./shapes.ts";

const group = z.uuid().meta({ description: "id of the group" });
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
/** Tries to find the leader who is still one when the rows are locked. */
const TRIES = 3;

/** What operators do with groups. */
export function groupOperations(groups: OpenGroups): Record<string, PluginOperation> {
  const { people, names, ledger } = groups.services;
  return {
    find: deskOperation({
      summary: "Groups by the beginning of their name, or by tag",
      permission: "look",
      kind: "read",
      params: z.object({
        search: z.string().max(96).default(""),
        after: z.string().max(600).optional(),
        limit: z.int().min(1).max(PAGE_MAX).default(20),
      }),
      result: z.object({ groups: z.array(listed), next: z.string().nullable() }),
      run: ({ db }, { search, ...page }) => listGroups(db, { key: names.key(search), ...page }),
      text: ({ groups: found, next }) => [
        ...found.map((one) => `${one.id}  ${nameOf(one)}  ${one.members} members  ${one.access}`),
        ...(next === null ? [] : [`More by --after ${next}`]),
      ],
    }),
    show: deskOperation({
      summary: "A group, its members and what its bank holds",
      permission: "look",
      kind: "read",
      params: z.object({ group }),
      result: z.object({
        group: listed,
        members: z.array(member),
        bank: z.object({
          coins: z.int(),
          items: z.array(z.object({ template: z.string(), qty: z.int() })),
        }),
      }),
      codes: ["GROUP_UNKNOWN"],
      async run({ db }, { group: id }) {
        const { coins, items } = await ledger.vault(db, id);
        return {
          group: await readGroup(db, id),
          members: await readMembers({ db, people }, id),
          bank: { coins, items: [...items] },
        };
      },
      text: ({ group: one, members, bank }) => [
        `${nameOf(one)}, ${one.access}: ${one.text}`,
        ...members.map(({ account, name, role }) => `${account}  ${role}  ${name}`),
        `Bank: ${amountOf(bank)}`,
      ],
    }),
    log: deskOperation({
      summary: "The log of a group's bank, the newest first",
      permission: "look",
      kind: "read",
      params: z.object({
        group,
        before: z
          .string()
          .regex(/^\d{1,18}$/)
          .optional(),
      }),
      result: z.object({ lines: z.array(bankLine) }),
      codes: ["GROUP_UNKNOWN"],
      async run({ db }, { group: id, before }) {
        await readGroup(db, id);
        const lines = await groups.logOf(id, before);
        return { lines: lines as z.output<typeof bankLine>[] };
      },
      text: ({ lines }) =>
        lines.map((one) => `${one.at}  ${one.name || one.account || "deleted"}  ${amountOf(one)}`),
    }),
    rename: deskOperation({
      summary: "Rename a group, or take its tag and text away",
      permission: "accounts",
      kind: "write",
      params: z.object({
        group,
        name: z.string().min(1).max(96),
        clear: z.boolean().default(false).meta({ description: "true: without tag and text from now on" }),
        reason,
      }),
      result: z.object({ name: z.string() }),
      codes: ["GROUP_UNKNOWN", "GROUP_NAME_TAKEN", "NAME_INVALID", "NAME_REFUSED"],
      async run({ db, after, concerns }, { group: id, name, clear }) {
        const { shown, key } = names.check(name, NAME_LENGTH);
        await lockGroup(db, id);
        // Without names, which are read beside the transaction.
        const members = await db.query<{ account: string; role: string }[]>(
          "SELECT account_id AS account, role FROM group_member WHERE group_id = $1",
          [id],
        );
        concernsLeader(members, concerns);
        const cleared = clear ? { tag: null, tag_key: null, text: "" } : {};
        await writeLooks(db, id, { name: shown, name_key: key, ...cleared });
        after(() =>
          groups.changes.news(
            members.map(({ account }) => account),
            "group",
          ),
        );
        return { name: shown };
      },
      text: ({ name }) => [`Its name is ${name} now.`],
    }),
    disband: deskOperation({
      summary: "Disband a group; its leader gets what the bank holds",
      permission: "accounts",
      kind: "write",
      params: z.object({ group, reason }),
      result: z.object({ members: z.int() }),
      codes: ["GROUP_UNKNOWN", "NO_SPACE", "CHARACTER_MISSING"],
      async run({ db, after, concerns }, { group: id }) {
        const { leader, name, characterId } = await lockWithLeader(db, id);
        concerns(leader);
        await payOut({ db, ledger }, { id, name }, characterId, after);
        const gone = await endGroup(db, id);
        after(() => groups.changes.changed(gone));
        return { members: gone.length };
      },
      text: ({ members }) => [`It is disbanded; it had ${members} members.`],
    }),
  };
}

/** Locks the leader's account and character before the group, as everybody does. @throws GROUP_UNKNOWN */
async function lockWithLeader(db: Db, id: string) {
  for (let tries = 0; tries < TRIES; tries++) {
    const [row] = await db.query<{ id: string }[]>(
      "SELECT account_id AS id FROM group_member WHERE group_id = $1 AND role = 'leader'",
      [id],
    );
    if (!row) throw new RoomkeepError("GROUP_UNKNOWN");
    await lockAccounts(db, [row.id]);
    const characterId = await characterOf(db, row.id);
    const { name, roleOf } = await lockGroup(db, id);
    if ((await roleOf(row.id)) === "leader") return { leader: row.id, name, characterId };
  }
  throw new RoomkeepError("GROUP_UNKNOWN", "The lead of the group changes just now. Try again.");
}

function concernsLeader(
  members: readonly { readonly account: string; readonly role: string }[],
  concerns: (accountId: string) => void,
): void {
  const leader = members.find(({ role }) => role === "leader");
  if (leader) concerns(leader.account);
}

const nameOf = ({ name, tag }: { name: string; tag: string | null }) => (tag ? `[${tag}] ${name}` : name);

function amountOf({
  coins,
  items,
}: {
  coins: number;
  items: readonly { template: string; qty: number }[];
}): string {
  const parts = items.map(({ template, qty }) => `${qty} ${template}`);
  return [...(coins === 0 ? [] : [`${coins} coins`]), ...parts].join(", ") || "empty";
}
