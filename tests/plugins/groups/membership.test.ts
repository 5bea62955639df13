import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import {
  type GroupRole,
  groups,
  type MembershipChange,
  type OpenGroups,
} from "../../../plugins/groups/index.ts";
import { groupBans } from "../../../plugins/groups/membership/bans.ts";
import { dropOldRequests } from "../../../plugins/groups/membership/reading.ts";
import { groupTables } from "../../../plugins/groups/migration.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { codeOf, looks, migrateGroups, openGroupsOn, type Person, people } from "./groups-of.ts";

describeOnEachDatabase("groups of accounts", (open) => {
  let ds: DataSource;
  let kind: string;
  let api: OpenGroups;
  /** A second process on the same rows. */
  let other: OpenGroups;
  let block: (me: Person, whom: Person) => Promise<void>;
  const changes: MembershipChange[] = [];
  beforeAll(async () => {
    ({ ds, kind } = await open());
    await migrateGroups(ds);
    const first = await openGroupsOn(ds);
    api = first.api;
    block = (me, whom) => first.friends.block(me.id, whom.id);
    other = (await openGroupsOn(ds)).api;
    api.onChange((change) => changes.push(change));
  });

  const rolesIn = async (groupId: string) =>
    Object.fromEntries((await api.membersOf(groupId)).map(({ account, role }) => [account, role]));
  /** A group with a leader and members of the given roles. */
  async function groupOf(roles: readonly GroupRole[] = [], more: object = {}) {
    const [leader, ...rest] = (await people(ds, roles.length + 1)) as [Person, ...Person[]];
    const id = await api.create(leader.id, looks({ ...more, access: "open" }));
    for (const [n, one] of rest.entries()) {
      await api.request(one.id, id);
      if (roles[n] === "officer") await api.setRole(leader.id, id, one.id, "officer");
    }
    return { id, leader, rest };
  }

  it("are founded, shown, found by name and tag, and edited", async () => {
    const [ann] = (await people(ds, 1)) as [Person];
    const id = await api.create(ann.id, looks({ name: "Moon  Walkers", tag: "MW", text: "We walk." }));
    expect(await api.read(id)).toMatchObject({
      name: "Moon Walkers",
      tag: "MW",
      members: 1,
      access: "request",
    });
    const find = async (text: string) => (await api.search(text, { limit: 10 })).groups.map((one) => one.id);
    for (const text of ["moon w", "MOON", "mw"]) expect(await find(text), text).toEqual([id]);
    for (const text of ["walkers", "moon%", "%", "_oon"]) expect(await find(text), text).toEqual([]);
    await api.edit(ann.id, id, { text: "We run.", tag: null, access: "closed" });
    expect(await api.read(id)).toMatchObject({
      name: "Moon Walkers",
      tag: null,
      text: "We run.",
      access: "closed",
    });
    expect(await api.groupsOf(ann.id)).toMatchObject([{ id, role: "leader" }]);
    expect(await api.roleOf(ann.id, id)).toBe("leader");
    expect(await api.roleOf(randomUUID(), id)).toBe(undefined);
    expect(changes).toContainEqual({ groupId: id, accountId: ann.id, role: "leader" });
  });

  it("are listed by pages, each once", async () => {
    const [ann] = (await people(ds, 1)) as [Person];
    const few = (await openGroupsOn(ds, { groupsPerAccount: 50 })).api;
    const made: string[] = [];
    for (let n = 0; n < 7; n++) made.push(await few.create(ann.id, looks({ name: `Paged ${n}` })));
    const seen: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 5; pages++) {
      const page = await api.search("paged", { limit: 3, after });
      seen.push(...page.groups.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(seen).toEqual(made);
    expect(await codeOf(api.search("", { limit: 3, after: "%" }))).toBe("MESSAGE_INVALID");
  });

  it.each([
    ["an obscene name", { name: "fuck you" }, "NAME_REFUSED"],
    ["a reserved name", { name: "The Adm1n" }, "NAME_REFUSED"],
    ["a reserved tag", { tag: "GM" }, "NAME_REFUSED"],
    [
      "marks stacked ten high",
      { name: `Zalg\u006f${"\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u030a"}` },
      "NAME_INVALID",
    ],
    ["marks stacked in the text", { text: `o${"\u0300".repeat(10)}` }, "NAME_INVALID"],
    ["a short name", { name: "ab" }, "NAME_INVALID"],
    ["a long name", { name: "a".repeat(33) }, "NAME_INVALID"],
    ["two alphabets that look alike", { name: "pаypal" }, "NAME_INVALID"],
    ["turned directions", { name: "abc\u202edef" }, "NAME_INVALID"],
    ["a tag with a space", { tag: "A B" }, "NAME_INVALID"],
  ])("are not founded, nor renamed, with %s", async (_, more, code) => {
    const [ann] = (await people(ds, 1)) as [Person];
    expect(await codeOf(api.create(ann.id, looks(more)))).toBe(code);
    expect(await api.groupsOf(ann.id)).toEqual([]);
    const { id, leader } = await groupOf();
    const before = await api.read(id);
    expect(await codeOf(api.edit(leader.id, id, more))).toBe(code);
    expect(await api.read(id)).toEqual(before);
  });

  it("have names and tags that look like no other's, also when two processes take one at once", async () => {
    for (let round = 0; round < 8; round++) {
      const [ann, bob] = (await people(ds, 2)) as [Person, Person];
      const [a, b] = [looks({ tag: `T${round}` }), looks({ tag: `U${round}` })];
      const upper = { ...b, name: a.name.toUpperCase() };
      const outcomes = await Promise.all([
        codeOf(api.create(ann.id, a)),
        codeOf(other.create(bob.id, round % 2 ? upper : { ...b, tag: `t${round}` })),
      ]);
      expect(outcomes.sort()).toEqual(["GROUP_NAME_TAKEN", "done"]);
      const both = [...(await api.groupsOf(ann.id)), ...(await api.groupsOf(bob.id))];
      expect(both).toHaveLength(1);
    }
    // Another process has written the name, and it is not through yet.
    const [one, two] = [await groupOf(), await groupOf()];
    if (kind === "postgres") {
      const runner = ds.createQueryRunner();
      await runner.startTransaction();
      await runner.query("UPDATE player_group SET name_key = 'on its way' WHERE id = $1", [two.id]);
      const renaming = codeOf(api.edit(one.leader.id, one.id, { name: "On its way" }));
      const waiting = () =>
        ds.query(
          `SELECT count(*)::int AS n FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE player_group%'`,
        );
      await expect.poll(waiting).toEqual([{ n: 1 }]);
      await runner.commitTransaction();
      await runner.release();
      expect(await renaming).toBe("GROUP_NAME_TAKEN");
    }
    const name = `Renamed ${randomUUID().slice(0, 8)}`;
    const renamed = await Promise.all([
      codeOf(api.edit(one.leader.id, one.id, { name })),
      codeOf(other.edit(two.leader.id, two.id, { name })),
    ]);
    expect(renamed.sort()).toEqual(["GROUP_NAME_TAKEN", "done"]);
  });

  it("take who asks as their access says", async () => {
    const [ann, bob, eve] = (await people(ds, 3)) as [Person, Person, Person];
    const id = await api.create(ann.id, looks());
    expect(await api.request(bob.id, id)).toBe("waits");
    expect(await api.request(bob.id, id)).toBe("waits");
    expect(await api.roleOf(bob.id, id)).toBe(undefined);
    expect((await api.waiting(ann.id, id)).asked).toMatchObject([{ account: bob.id, name: "Guest 1" }]);
    expect((await api.mine(bob.id)).asked).toMatchObject([{ id }]);
    await api.accept(ann.id, id, bob.id);
    expect(await codeOf(api.accept(ann.id, id, bob.id))).toBe("GROUP_UNINVITED");
    expect(await codeOf(api.request(bob.id, id))).toBe("GROUP_MEMBER");
    await api.request(eve.id, id);
    await api.refuse(ann.id, id, eve.id);
    expect(await codeOf(api.accept(ann.id, id, eve.id))).toBe("GROUP_UNINVITED");
    await api.edit(ann.id, id, { access: "closed" });
    expect(await codeOf(api.request(eve.id, id))).toBe("GROUP_CLOSED");
    await api.edit(ann.id, id, { access: "open" });
    expect(await api.request(eve.id, id)).toBe("member");
    expect(await rolesIn(id)).toEqual({ [ann.id]: "leader", [bob.id]: "member", [eve.id]: "member" });
    expect(await codeOf(api.request(eve.id, randomUUID()))).toBe("GROUP_UNKNOWN");
  });

  it("invite, and of two who want each other at once both have it", async () => {
    for (let round = 0; round < 10; round++) {
      const [ann, bob] = (await people(ds, 2)) as [Person, Person];
      const id = await api.create(ann.id, looks());
      const states = await Promise.all([api.invite(ann.id, id, bob.id), other.request(bob.id, id)]);
      expect(states.sort()).toEqual(["member", "waits"]);
      expect(await rolesIn(id)).toEqual({ [ann.id]: "leader", [bob.id]: "member" });
      expect(await api.waiting(ann.id, id)).toEqual({ asked: [], invited: [] });
    }
    const [ann, bob] = (await people(ds, 2)) as [Person, Person];
    const id = await api.create(ann.id, looks({ access: "closed" }));
    expect(await api.invite(ann.id, id, bob.id)).toBe("waits");
    expect((await api.mine(bob.id)).invited).toMatchObject([{ id }]);
    await api.drop(bob.id, id);
    expect(await codeOf(api.drop(bob.id, id))).toBe("GROUP_UNINVITED");
    expect(await codeOf(api.request(bob.id, id))).toBe("GROUP_CLOSED");
    await api.invite(ann.id, id, bob.id);
    expect(await api.request(bob.id, id)).toBe("member");
    expect(await codeOf(api.invite(ann.id, id, bob.id))).toBe("GROUP_MEMBER");
    expect(await codeOf(api.invite(ann.id, id, randomUUID()))).toBe("ACCOUNT_UNKNOWN");
    const [eve] = (await people(ds, 1)) as [Person];
    expect(await codeOf(api.invite(bob.id, id, eve.id))).toBe("GROUP_PERMISSION");
    expect(await codeOf(api.invite(eve.id, id, eve.id))).toBe("GROUP_STRANGER");
    await ds.query(
      "INSERT INTO account_deletion (account_id, delete_at, by_player, reason) VALUES ($1, now() + interval '1 day', true, '')",
      [eve.id],
    );
    expect(await codeOf(api.invite(ann.id, id, eve.id))).toBe("ACCOUNT_UNKNOWN");
  });

  it("show an invitation to nobody who has blocked who invites, and who invites sees no difference", async () => {
    const [ann, bob, cid] = (await people(ds, 3)) as [Person, Person, Person];
    const id = await api.create(ann.id, looks());
    await api.request(cid.id, id);
    await api.accept(ann.id, id, cid.id);
    await api.setRole(ann.id, id, cid.id, "officer");
    await block(bob, ann);
    expect(await api.invite(ann.id, id, bob.id)).toBe("waits");
    expect(await api.waiting(ann.id, id)).toMatchObject({ asked: [], invited: [{ account: bob.id }] });
    expect(await api.mine(bob.id)).toMatchObject({ asked: [], invited: [] });
    expect(await codeOf(api.drop(bob.id, id))).toBe("GROUP_UNINVITED");
    // It is no way in, and in its place one may ask.
    expect(await api.request(bob.id, id)).toBe("waits");
    expect((await api.mine(bob.id)).asked).toMatchObject([{ id }]);
    await api.drop(bob.id, id);
    // Another officer's invitation is shown.
    await api.invite(ann.id, id, bob.id);
    await api.invite(cid.id, id, bob.id);
    expect((await api.mine(bob.id)).invited).toMatchObject([{ id }]);
    await api.invite(ann.id, id, bob.id);
    expect((await api.mine(bob.id)).invited).toMatchObject([{ id }]);
    // Who blocks invites nobody of those, and does not see their requests.
    const [eve] = (await people(ds, 1)) as [Person];
    await block(ann, eve);
    expect(await codeOf(api.invite(ann.id, id, eve.id))).toBe("FRIEND_BLOCKED");
    await api.request(eve.id, id);
    expect((await api.waiting(ann.id, id)).asked).toEqual([]);
    expect((await api.waiting(cid.id, id)).asked).toMatchObject([{ account: eve.id }]);
  });

  it("work on a server without friends", async () => {
    const alone = (await openGroupsOn(ds, {}, { withFriends: false })).api;
    const [ann, bob] = (await people(ds, 2)) as [Person, Person];
    await block(bob, ann);
    const id = await alone.create(ann.id, looks());
    await alone.invite(ann.id, id, bob.id);
    expect((await alone.mine(bob.id)).invited).toMatchObject([{ id }]);
    expect(await alone.request(bob.id, id)).toBe("member");
  });

  it("keep roles in order", async () => {
    const { id, leader, rest } = await groupOf(["officer", "officer", "member"]);
    const [ann, bob, cid] = rest as [Person, Person, Person];
    const refused = async (work: Promise<unknown>) => expect(await codeOf(work)).toBe("GROUP_PERMISSION");
    await refused(api.setRole(ann.id, id, cid.id, "officer"));
    await refused(api.setRole(ann.id, id, bob.id, "member"));
    await refused(api.setRole(ann.id, id, cid.id, "leader"));
    await refused(api.setRole(leader.id, id, leader.id, "member"));
    await refused(api.remove(ann.id, id, bob.id));
    await refused(api.remove(ann.id, id, leader.id));
    await refused(api.remove(cid.id, id, ann.id));
    await refused(api.remove(leader.id, id, leader.id));
    await refused(api.edit(ann.id, id, { text: "x" }));
    await refused(api.disband(ann.id, id));
    await refused(api.waiting(cid.id, id));
    const [eve] = (await people(ds, 1)) as [Person];
    for (const work of [
      () => api.setRole(leader.id, id, eve.id, "officer"),
      () => api.setRole(eve.id, id, cid.id, "officer"),
      () => api.remove(leader.id, id, eve.id),
      () => api.leave(eve.id, id),
      () => api.disband(eve.id, id),
      () => api.edit(eve.id, id, { text: "x" }),
      () => api.members(eve.id, id),
    ])
      expect(await codeOf(work())).toBe("GROUP_STRANGER");
    await api.remove(ann.id, id, cid.id);
    await api.setRole(leader.id, id, bob.id, "leader");
    expect(await rolesIn(id)).toEqual({ [leader.id]: "officer", [ann.id]: "officer", [bob.id]: "leader" });
    await api.setRole(bob.id, id, ann.id, "member");
    expect(await rolesIn(id)).toEqual({ [leader.id]: "officer", [ann.id]: "member", [bob.id]: "leader" });
    expect(changes).toContainEqual({ groupId: id, accountId: cid.id, role: null });
  });

  it("let officers promote where the table says so, up to their own role", async () => {
    const permissions = { officer: ["promote" as const], member: [] };
    const own = (await openGroupsOn(ds, { permissions })).api;
    const { id, leader, rest } = await groupOf(["officer", "member"]);
    const [ann, bob] = rest as [Person, Person];
    for (const [other, role] of [
      [bob, "leader"],
      [leader, "member"],
      [leader, "officer"],
    ] as const)
      expect(await codeOf(own.setRole(ann.id, id, other.id, role))).toBe("GROUP_PERMISSION");
    await own.setRole(ann.id, id, bob.id, "officer");
    expect(await codeOf(own.setRole(ann.id, id, bob.id, "member"))).toBe("GROUP_PERMISSION");
    expect(await codeOf(own.remove(ann.id, id, bob.id))).toBe("GROUP_PERMISSION");
    expect(await codeOf(own.invite(ann.id, id, bob.id))).toBe("GROUP_PERMISSION");
  });

  it("have one leader, whatever happens at once", async () => {
    for (let round = 0; round < 10; round++) {
      const { id, leader, rest } = await groupOf(["officer", "member", "member"]);
      const [ann, bob, cid] = rest as [Person, Person, Person];
      const two = await Promise.all([
        codeOf(api.setRole(leader.id, id, bob.id, "leader")),
        codeOf(other.setRole(leader.id, id, cid.id, "leader")),
      ]);
      expect(two.sort()).toEqual(["GROUP_PERMISSION", "done"]);
      const now = Object.entries(await rolesIn(id)).filter(([, role]) => role === "leader");
      expect(now).toHaveLength(1);
      const [[head]] = now as [[string, string]];
      // The leader leaves while another is promoted.
      await Promise.all([
        codeOf(api.leave(head, id)),
        codeOf(other.setRole(head, id, ann.id, round % 2 ? "leader" : "member")),
      ]);
      const after = await rolesIn(id);
      expect(Object.values(after).filter((role) => role === "leader")).toHaveLength(1);
      expect(after[head]).toBe(undefined);
    }
  });

  it("promote once though two do it at once", async () => {
    const { id, leader, rest } = await groupOf(["member"]);
    const [ann] = rest as [Person];
    await Promise.all([
      api.setRole(leader.id, id, ann.id, "officer"),
      other.setRole(leader.id, id, ann.id, "officer"),
    ]);
    expect((await rolesIn(id))[ann.id]).toBe("officer");
  });

  it("pass the lead to the oldest officer, then the oldest member, and end with the last", async () => {
    const { id, leader, rest } = await groupOf(["member", "member", "officer", "member"]);
    const [ann, bob, cid, dan] = rest as [Person, Person, Person, Person];
    await api.setRole(leader.id, id, ann.id, "officer"); // longer a member, shorter an officer
    await api.leave(leader.id, id);
    expect((await rolesIn(id))[cid.id]).toBe("leader");
    await api.leave(cid.id, id);
    expect((await rolesIn(id))[ann.id]).toBe("leader");
    await api.leave(ann.id, id);
    expect(await rolesIn(id)).toEqual({ [bob.id]: "leader", [dan.id]: "member" });
    expect(changes).toContainEqual({ groupId: id, accountId: bob.id, role: "leader" });
    await api.leave(bob.id, id);
    await api.leave(dan.id, id);
    expect(await codeOf(api.read(id))).toBe("GROUP_UNKNOWN");
    expect(await api.groupsOf(dan.id)).toEqual([]);
  });

  it("do the same when accounts are deleted, also all at once with what others do", async () => {
    const { id, leader, rest } = await groupOf(["officer", "member"]);
    const [ann, bob] = rest as [Person, Person];
    await deleteAccount(ds, leader.id);
    expect(await rolesIn(id)).toEqual({ [ann.id]: "leader", [bob.id]: "member" });
    await deleteAccount(ds, bob.id);
    await deleteAccount(ds, ann.id);
    expect(await codeOf(api.read(id))).toBe("GROUP_UNKNOWN");
    for (let round = 0; round < 8; round++) {
      const one = await groupOf(["officer", "officer", "member"]);
      const [eve, kim, lou] = one.rest as [Person, Person, Person];
      const outcomes = await Promise.all([
        codeOf(deleteAccount(ds, one.leader.id)),
        codeOf(deleteAccount(ds, eve.id)),
        codeOf(api.setRole(one.leader.id, one.id, lou.id, "officer")),
        codeOf(other.setRole(eve.id, one.id, kim.id, "leader")),
      ]);
      // None of them is ended by the database because two waited for each other.
      expect(outcomes.slice(0, 2)).toEqual(["done", "done"]);
      const roles = await rolesIn(one.id);
      expect(Object.keys(roles).sort()).toEqual([kim.id, lou.id].sort());
      expect(Object.values(roles).filter((role) => role === "leader")).toHaveLength(1);
    }
  });

  it("disband", async () => {
    const { id, leader, rest } = await groupOf(["officer", "member"]);
    const [ann, bob] = rest as [Person, Person];
    await api.disband(leader.id, id);
    expect(await codeOf(api.read(id))).toBe("GROUP_UNKNOWN");
    for (const { id: accountId } of [leader, ann, bob])
      expect(changes).toContainEqual({ groupId: id, accountId, role: null });
    expect(await codeOf(api.disband(leader.id, id))).toBe("GROUP_UNKNOWN");
  });

  it("have limits that hold although all come at once", async () => {
    const limits = { membersMax: 3, officersMax: 1, groupsPerAccount: 2, requestsMax: 2 };
    const few = (await openGroupsOn(ds, limits)).api;
    const [ann, ...rest] = (await people(ds, 6)) as [Person, ...Person[]];
    const id = await few.create(ann.id, looks({ access: "open" }));
    const count = (codes: string[], code: string) => codes.filter((one) => one === code).length;
    const joined = await Promise.all(rest.map((one) => codeOf(few.request(one.id, id))));
    expect([count(joined, "done"), count(joined, "GROUP_FULL")]).toEqual([2, 3]);
    const members = rest.filter((_, n) => joined[n] === "done");
    const promoted = await Promise.all(
      members.map((one) => codeOf(few.setRole(ann.id, id, one.id, "officer"))),
    );
    expect(promoted.sort()).toEqual(["GROUP_FULL", "done"]);

    const [bob] = (await people(ds, 1)) as [Person];
    const founded = await Promise.all([1, 2, 3].map(() => codeOf(few.create(bob.id, looks()))));
    expect([count(founded, "done"), count(founded, "GROUPS_FULL")]).toEqual([2, 1]);

    const [cid, ...many] = (await people(ds, 5)) as [Person, ...Person[]];
    const asked = await few.create(cid.id, looks());
    const waiting = await Promise.all(many.map((one) => codeOf(few.request(one.id, asked))));
    expect([count(waiting, "done"), count(waiting, "REQUESTS_FULL")]).toEqual([2, 2]);
    const invited = await people(ds, 3);
    const asks = await Promise.all(invited.map((one) => codeOf(few.invite(cid.id, asked, one.id))));
    expect([count(asks, "done"), count(asks, "REQUESTS_FULL")]).toEqual([2, 1]);
    // An account that is in as many groups as it may be is not accepted either.
    const full = many.find((_, n) => waiting[n] === "done") as Person;
    for (let n = 0; n < 2; n++) await few.create(full.id, looks());
    expect(await codeOf(few.accept(cid.id, asked, full.id))).toBe("GROUPS_FULL");

    const [dan] = (await people(ds, 1)) as [Person];
    const goals: string[] = [];
    for (let n = 0; n < 3; n++) {
      const [head] = (await people(ds, 1)) as [Person];
      goals.push(await few.create(head.id, looks()));
    }
    const sent = await Promise.all(goals.map((goal) => codeOf(few.request(dan.id, goal))));
    expect([count(sent, "done"), count(sent, "REQUESTS_FULL")]).toEqual([2, 1]);
  });

  it("count what an account asks for a minute, and founds a day; a name that is taken counts for nothing", async () => {
    const few = (await openGroupsOn(ds, { requestsPerMinute: 5, createsPerDay: 1 })).api;
    const [ann, bob] = (await people(ds, 2)) as [Person, Person];
    const { id } = await groupOf();
    await api.edit((await api.membersOf(id))[0]?.account ?? "", id, { access: "request" });
    const codes: string[] = [];
    for (let n = 0; n < 1_000; n++) codes.push(await codeOf(few.request(ann.id, id)));
    expect(codes.filter((code) => code === "done")).toHaveLength(5);
    expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(995);
    const { name } = await api.read(id);
    expect(await codeOf(few.create(bob.id, looks({ name })))).toBe("GROUP_NAME_TAKEN");
    const own = await few.create(bob.id, looks());
    expect(await codeOf(few.create(bob.id, looks()))).toBe("RATE_LIMITED");
    expect(await codeOf(few.invite(ann.id, own, bob.id))).toBe("RATE_LIMITED");
  });

  it("are in the export of each as each may know them", async () => {
    const [ann, bob] = (await people(ds, 2)) as [Person, Person];
    const id = await api.create(ann.id, looks());
    await api.invite(ann.id, id, bob.id);
    const of = async ({ id: one }: Person) => (await exportAccount(ds, one)).more;
    const [mine, theirs] = [await of(ann), await of(bob)];
    expect(mine.group_member).toMatchObject([{ group_id: id, role: "leader" }]);
    expect(mine.group_request).toMatchObject([{ group_id: id, kind: "invited somebody" }]);
    expect(theirs.group_request).toMatchObject([{ group_id: id, kind: "invited" }]);
    expect(JSON.stringify(theirs)).not.toContain(ann.id);
    expect(JSON.stringify(mine)).not.toContain(bob.id);
  });

  it("take back into an open group who was removed only when somebody allows it", async () => {
    const { id, leader, rest } = await groupOf(["officer", "member", "member"]);
    const [officer, bob, eve] = rest as [Person, Person, Person];
    await api.remove(officer.id, id, bob.id);
    expect(await api.banned(officer.id, id)).toMatchObject([{ account: bob.id, name: "Guest 2" }]);
    // The request waits, in another process too, and again after a refusal.
    for (const one of [api, other]) {
      expect(await one.request(bob.id, id)).toBe("waits");
      expect(await api.roleOf(bob.id, id)).toBe(undefined);
      await api.refuse(officer.id, id, bob.id);
    }
    // Who may not remove may not allow either, nor see who was removed.
    expect(await codeOf(api.unban(eve.id, id, bob.id))).toBe("GROUP_PERMISSION");
    expect(await codeOf(api.banned(eve.id, id))).toBe("GROUP_PERMISSION");
    expect(await api.request(bob.id, id)).toBe("waits");
    await api.refuse(officer.id, id, bob.id);
    await api.unban(officer.id, id, bob.id);
    await api.unban(officer.id, id, bob.id);
    expect(await api.request(bob.id, id)).toBe("member");

    // An accepted request and an invitation allow it as well; who leaves comes back as before.
    await api.remove(leader.id, id, bob.id);
    await api.request(bob.id, id);
    await api.accept(leader.id, id, bob.id);
    await api.leave(bob.id, id);
    expect(await api.request(bob.id, id)).toBe("member");
    await api.remove(leader.id, id, bob.id);
    await api.invite(leader.id, id, bob.id);
    expect(await api.request(bob.id, id)).toBe("member");
    expect(await api.banned(leader.id, id)).toEqual([]);
    // It is a matter of one group.
    await api.remove(leader.id, id, eve.id);
    const another = await groupOf();
    expect(await api.request(eve.id, another.id)).toBe("member");
    expect((await exportAccount(ds, eve.id)).more.group_ban).toMatchObject([{ group_id: id }]);
  });

  it("forget requests that nobody has answered", async () => {
    const [ann, bob, eve] = (await people(ds, 3)) as [Person, Person, Person];
    const id = await api.create(ann.id, looks());
    await api.request(bob.id, id);
    await api.invite(ann.id, id, eve.id);
    await ds.query("UPDATE group_request SET at = now() - interval '31 days' WHERE account_id = $1", [
      bob.id,
    ]);
    await dropOldRequests(ds, 30);
    expect(await api.waiting(ann.id, id)).toMatchObject({ asked: [], invited: [{ account: eve.id }] });
  });

  it("have a migration that goes down and up", async () => {
    expect(groups.migrations).toEqual([groupTables, groupBans]);
    await groupBans.down(ds);
    await groupTables.down(ds);
    expect(await ds.query("SELECT to_regclass('player_group') AS t")).toEqual([{ t: null }]);
    const [ann] = (await people(ds, 1)) as [Person];
    await deleteAccount(ds, ann.id);
    await groupTables.up(ds);
    await groupBans.up(ds);
    expect(await api.search("", { limit: 1 })).toEqual({ groups: [], next: null });
  });
});
