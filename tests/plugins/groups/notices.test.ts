import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import { type Friends, friends } from "../../../plugins/friends/index.ts";
import { groups, type OpenGroups } from "../../../plugins/groups/index.ts";
import { type Notifications, notifications } from "../../../plugins/notifications/index.ts";
import { notificationTables } from "../../../plugins/notifications/migration.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { openPluginsOn } from "../plugin-host.ts";
import { codeOf, looks, migrateGroups, type Person, people } from "./groups-of.ts";

describeOnEachDatabase("notices of groups", (open) => {
  let ds: DataSource;
  let api: OpenGroups;
  let notes: Notifications;
  let blocks: Friends;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateGroups(ds);
    await notificationTables.up(ds);
    const own = groups.with({ requestsPerMinute: 1_000, createsPerDay: 1_000 });
    const host = await openPluginsOn(ds, { plugins: [own, friends, notifications] });
    api = host.open.api(groups);
    notes = host.open.api(notifications);
    blocks = host.open.api(friends);
  });

  const noticesOf = async ({ id }: Person) => (await notes.list(id, { limit: 50 })).notifications;
  const textsOf = async (person: Person) => (await noticesOf(person)).map(({ text }) => text);
  /** A group by request with a leader, an officer and a member, and somebody who is none. */
  async function groupOf() {
    const [leader, officer, member, other] = (await people(ds, 4)) as [Person, Person, Person, Person];
    const { name } = looks();
    const id = await api.create(leader.id, looks({ name, access: "open" }));
    for (const one of [officer, member]) await api.request(one.id, id);
    await api.setRole(leader.id, id, officer.id, "officer");
    await api.edit(leader.id, id, { access: "request" });
    return { id, name, leader, officer, member, other };
  }

  it("an invitation waits for who is absent, and nowhere once it is answered or withdrawn", async () => {
    const { id, name, leader, other } = await groupOf();
    const invite = () => api.invite(leader.id, id, other.id);
    await invite();
    const [notice] = await noticesOf(other);
    expect(notice).toMatchObject({
      text: `Guest 0 invites you into ${name}.`,
      actions: [
        { id: "join", method: "POST", path: `/v1/groups/${id}/requests` },
        { id: "decline", method: "DELETE", path: `/v1/groups/${id}/requests/mine` },
        { id: "open", panel: "groups" },
      ],
    });
    await api.drop(other.id, id);
    expect(await textsOf(other)).toEqual([]);
    await invite();
    await api.refuse(leader.id, id, other.id);
    expect(await textsOf(other)).toEqual([]);
    await invite();
    expect(await textsOf(other)).toHaveLength(1);
    expect(await api.request(other.id, id)).toBe("member");
    expect(await textsOf(other)).toEqual([]);
  });

  it("a request waits with those who may answer it, and its answer with who asked", async () => {
    const { id, name, leader, officer, member, other } = await groupOf();
    const before = await textsOf(officer);
    await api.request(other.id, id);
    const asks = `Guest 3 asks to join ${name}.`;
    for (const one of [leader, officer]) expect(await textsOf(one)).toContain(asks);
    expect(await textsOf(member)).not.toContain(asks);
    expect((await noticesOf(leader)).find(({ text }) => text === asks)).toMatchObject({
      actions: [
        { id: "accept", method: "POST", path: `/v1/groups/${id}/requests/${other.id}/accept` },
        { id: "refuse", method: "DELETE", path: `/v1/groups/${id}/requests/${other.id}` },
        { id: "open" },
      ],
    });
    await api.accept(officer.id, id, other.id);
    expect(await textsOf(leader)).toEqual([]);
    expect(await textsOf(officer)).toEqual(before);
    expect(await textsOf(other)).toEqual([`You are a member of ${name} now.`]);
  });

  it("who has another role or is removed is told so, each time anew, and not by whom", async () => {
    const { id, name, leader, officer, member } = await groupOf();
    await api.setRole(leader.id, id, member.id, "officer");
    expect(await textsOf(member)).toEqual([`You are an officer of ${name} now.`]);
    await api.setRole(leader.id, id, member.id, "member");
    expect(await textsOf(member)).toEqual([`You are a member of ${name} now.`]);
    await api.setRole(leader.id, id, officer.id, "leader");
    expect(await textsOf(officer)).toEqual([`You are the leader of ${name} now.`]);
    const removed = `You are no member of ${name} any more.`;
    await api.remove(officer.id, id, member.id);
    expect(await textsOf(member)).toEqual([removed]);
    await api.unban(officer.id, id, member.id);
    await api.request(member.id, id);
    await api.accept(officer.id, id, member.id);
    await api.remove(officer.id, id, member.id);
    const all = await noticesOf(member);
    expect(all.filter(({ text }) => text === removed)).toHaveLength(1);
  });

  it("what is refused leaves no notice, and nobody is told of those whom they have blocked", async () => {
    const { id, leader, officer, other } = await groupOf();
    expect(await codeOf(api.invite(other.id, id, leader.id))).toBe("GROUP_STRANGER");
    expect(await textsOf(leader)).toEqual([]);
    await blocks.block(leader.id, other.id);
    await api.request(other.id, id);
    expect(await textsOf(leader)).toEqual([]);
    expect(await textsOf(officer)).toHaveLength(2);
    const [stranger] = (await people(ds, 1)) as [Person];
    await blocks.block(stranger.id, leader.id);
    expect(await api.invite(leader.id, id, stranger.id)).toBe("waits");
    expect(await textsOf(stranger)).toEqual([]);
  });
});
