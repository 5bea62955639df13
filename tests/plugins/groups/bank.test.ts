import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { beforeAll, expect, it } from "vitest";
import type { BankRequest, GroupRole, OpenGroups } from "../../../plugins/groups/index.ts";
import { deleteAccount } from "../../../server/accounts/privacy/account-deletion.ts";
import { exportAccount } from "../../../server/accounts/privacy/account-export.ts";
import { container } from "../../../server/items/containers.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { applyRetention } from "../../../server/storage/retention.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";
import { codeOf, give, held, looks, migrateGroups, openGroupsOn, type Person, people } from "./groups-of.ts";

describeOnEachDatabase("the bank of a group", (open) => {
  let ds: DataSource;
  let api: OpenGroups;
  /** A second process on the same rows. */
  let other: OpenGroups;
  beforeAll(async () => {
    ({ ds } = await open());
    await migrateGroups(ds);
    const settings = { coinsPerDay: { officer: 100 }, itemsPerDay: { officer: 5 } };
    api = (await openGroupsOn(ds, settings)).api;
    other = (await openGroupsOn(ds, settings)).api;
  });

  async function groupOf(roles: readonly GroupRole[] = []) {
    const [leader, ...rest] = (await people(ds, roles.length + 1)) as [Person, ...Person[]];
    const id = await api.create(leader.id, looks({ access: "open" }));
    for (const [n, one] of rest.entries()) {
      await api.request(one.id, id);
      if (roles[n] === "officer") await api.setRole(leader.id, id, one.id, "officer");
    }
    return { id, leader, rest };
  }
  const asked = (who: Person, more: Partial<BankRequest>): BankRequest => ({
    request: randomUUID(),
    characterId: who.characterId,
    ...more,
  });
  const deposit = (id: string, who: Person, more: Partial<BankRequest>, by = api) =>
    by.bank.deposit(who.id, id, asked(who, more));
  const withdraw = (id: string, who: Person, more: Partial<BankRequest>, by = api) =>
    by.bank.withdraw(who.id, id, asked(who, more));
  const holds = async (id: string) => {
    const { coins, items } = await api.services.ledger.vault(ds, id);
    return { coins, items: Object.fromEntries(items.map(({ template, qty }) => [template, qty])) };
  };
  const herbs = (qty: number) => [{ template: "herb", qty }];

  it("takes coins and items of its members and gives them back, by the ledger", async () => {
    const { id, leader, rest } = await groupOf(["member"]);
    const [ann] = rest as [Person];
    await give(ds, ann, 50, { herb: 30, sword: 1 });
    expect(await deposit(id, ann, { coins: 20, items: herbs(25) })).toEqual({ coins: 30, repeated: false });
    await deposit(id, ann, { items: [{ template: "sword", qty: 1 }] });
    expect(await holds(id)).toEqual({ coins: 20, items: { herb: 25, sword: 1 } });
    expect(await held(ds, ann)).toEqual({ coins: 30, items: { herb: 5 } });
    await withdraw(id, leader, { coins: 5, items: herbs(10) });
    expect(await holds(id)).toEqual({ coins: 15, items: { herb: 15, sword: 1 } });
    expect(await held(ds, leader)).toEqual({ coins: 5, items: { herb: 10 } });
    // Nothing came out of nothing, and nothing went there.
    const legs = await ds.query("SELECT 1 FROM ledger WHERE reason LIKE 'groups: %' AND account = 'world'");
    expect(legs).toEqual([]);
    expect(await verifyLedger(ds)).toEqual([]);
    expect(await api.bank.log(ann.id, id)).toMatchObject([
      { account: leader.id, name: "Guest 0", coins: -5, items: [{ template: "herb", qty: -10 }] },
      { account: ann.id, coins: 0, items: [{ template: "sword", qty: 1 }] },
      { account: ann.id, coins: 20, items: [{ template: "herb", qty: 25 }] },
    ]);
    const [first] = await api.bank.log(ann.id, id);
    expect(await api.bank.log(ann.id, id, first?.id)).toHaveLength(2);
    expect(await api.bank.view(leader.id, id)).toMatchObject({ coins: 15, left: null });
    expect(await api.bank.view(ann.id, id)).toMatchObject({ coins: 15, left: { coins: 0, items: 0 } });
  });

  it("names what it refuses, and changes nothing", async () => {
    const { id, leader, rest } = await groupOf(["officer", "member"]);
    const [ann, bob] = rest as [Person, Person];
    const [eve] = (await people(ds, 1)) as [Person];
    await give(ds, ann, 50, { herb: 3 });
    await deposit(id, ann, { coins: 40, items: herbs(2) });
    const before = [await holds(id), await held(ds, ann), await api.bank.log(leader.id, id)];
    for (const [work, code] of [
      [() => deposit(id, ann, { coins: 11 }), "NOT_ENOUGH"],
      [() => deposit(id, ann, { items: herbs(2) }), "NOT_ENOUGH"],
      [() => deposit(id, ann, { coins: 1, items: [{ template: "sword", qty: 1 }] }), "NOT_ENOUGH"],
      [() => deposit(id, ann, { items: [{ template: "moon", qty: 1 }] }), "NOT_ENOUGH"],
      [() => deposit(id, ann, {}), "MESSAGE_INVALID"],
      [() => deposit(id, ann, { coins: 0.5 }), "QUANTITY_INVALID"],
      [() => deposit(id, ann, { coins: Number.NaN }), "QUANTITY_INVALID"],
      [() => deposit(id, ann, { coins: 1, request: "a b" }), "MESSAGE_INVALID"],
      [() => deposit(id, ann, { coins: 1, characterId: bob.characterId }), "CHARACTER_MISSING"],
      [() => deposit(id, eve, { coins: 1 }), "GROUP_STRANGER"],
      [() => deposit(randomUUID(), ann, { coins: 1 }), "GROUP_UNKNOWN"],
      [() => withdraw(id, eve, { coins: 1 }), "GROUP_STRANGER"],
      [() => withdraw(id, bob, { coins: 1 }), "GROUP_PERMISSION"],
      [() => withdraw(id, leader, { coins: 41 }), "NOT_ENOUGH"],
      [() => withdraw(id, leader, { items: herbs(3) }), "NOT_ENOUGH"],
      [() => withdraw(id, leader, { items: [{ template: "sword", qty: 1 }] }), "NOT_ENOUGH"],
      [() => withdraw(id, ann, { coins: 101 }), "GROUP_BANK_LIMIT"],
      [() => withdraw(id, ann, { coins: Number.NaN }), "GROUP_BANK_LIMIT"],
      [() => api.bank.view(eve.id, id), "GROUP_STRANGER"],
      [() => api.bank.log(eve.id, id), "GROUP_STRANGER"],
      [() => api.bank.view(ann.id, randomUUID()), "GROUP_UNKNOWN"],
    ] as const)
      expect(await codeOf(work())).toBe(code);
    await ds.query("INSERT INTO death_lock (character, pile, zone) VALUES ($1, 'pile:a:b:c', 'a')", [
      ann.characterId,
    ]);
    expect(await codeOf(deposit(id, ann, { items: herbs(1) }))).toBe("CHARACTER_DEAD");
    expect([await holds(id), await held(ds, ann), await api.bank.log(leader.id, id)]).toEqual(before);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("books a request once, however often and wherever it comes, and whatever has become of the role", async () => {
    const { id, leader, rest } = await groupOf(["officer"]);
    const [ann] = rest as [Person];
    await give(ds, ann, 100);
    const once = asked(ann, { coins: 60 });
    const answers = await Promise.all(
      [api, other, api, other].map((one) => one.bank.deposit(ann.id, id, once)),
    );
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    expect(answers.every(({ coins }) => coins === 40)).toBe(true);
    const out = asked(ann, { coins: 60 });
    await api.bank.withdraw(ann.id, id, out);
    // It would be over the limit of the day, and of a stranger, if it were done anew.
    expect(await other.bank.withdraw(ann.id, id, out)).toEqual({ coins: 100, repeated: true });
    await api.remove(leader.id, id, ann.id);
    expect(await api.bank.withdraw(ann.id, id, out)).toEqual({ coins: 100, repeated: true });
    expect(await codeOf(api.bank.withdraw(ann.id, id, { ...out, coins: 61 }))).toBe("REQUEST_REUSED");
    expect(await codeOf(api.bank.deposit(ann.id, id, out))).toBe("REQUEST_REUSED");
    const second = await groupOf();
    expect(await codeOf(api.bank.withdraw(ann.id, second.id, out))).toBe("REQUEST_REUSED");
    expect(await holds(id)).toEqual({ coins: 0, items: {} });
    expect(await api.bank.log(leader.id, id)).toHaveLength(2);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("gives no more than there is to two who take it at once in two processes", async () => {
    for (let round = 0; round < 8; round++) {
      const { id, leader, rest } = await groupOf(["officer", "officer"]);
      const [ann, bob] = rest as [Person, Person];
      await give(ds, leader, 50, { herb: 5 });
      await deposit(id, leader, { coins: 50, items: herbs(5) });
      const more = { coins: 40, items: herbs(3) };
      const outcomes = await Promise.all([
        codeOf(withdraw(id, ann, more)),
        codeOf(withdraw(id, bob, more, other)),
      ]);
      expect(outcomes.sort()).toEqual(["NOT_ENOUGH", "done"]);
      expect(await holds(id)).toEqual({ coins: 10, items: { herb: 2 } });
    }
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("gives a role no more than its limit within 24 hours, also when two processes are asked at once", async () => {
    const { id, leader, rest } = await groupOf(["officer"]);
    const [ann] = rest as [Person];
    await give(ds, leader, 500, { herb: 20 });
    await deposit(id, leader, { coins: 500, items: herbs(20) });
    const outcomes = await Promise.all([
      codeOf(withdraw(id, ann, { coins: 60 })),
      codeOf(withdraw(id, ann, { coins: 60 }, other)),
    ]);
    expect(outcomes.sort()).toEqual(["GROUP_BANK_LIMIT", "done"]);
    expect(await api.bank.view(ann.id, id)).toMatchObject({ left: { coins: 40, items: 5 } });
    // What it puts in does not count against what it takes out.
    await deposit(id, ann, { coins: 60 });
    expect(await codeOf(withdraw(id, ann, { coins: 41 }))).toBe("GROUP_BANK_LIMIT");
    await withdraw(id, ann, { coins: 40, items: herbs(5) });
    expect(await codeOf(withdraw(id, ann, { items: herbs(1) }))).toBe("GROUP_BANK_LIMIT");
    // Who leaves and comes back has no new day.
    await api.leave(ann.id, id);
    await api.request(ann.id, id);
    await api.setRole(leader.id, id, ann.id, "officer");
    expect(await codeOf(withdraw(id, ann, { coins: 1 }))).toBe("GROUP_BANK_LIMIT");
    await ds.query("UPDATE group_bank_log SET at = now() - interval '25 hours' WHERE account_id = $1", [
      ann.id,
    ]);
    await withdraw(id, ann, { coins: 100 });
    await withdraw(id, leader, { coins: 300 });
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("is paid out to the leader who disbands, however many kinds it holds", async () => {
    const { id, leader, rest } = await groupOf(["member"]);
    const [ann] = rest as [Person];
    await give(ds, ann, 70, { herb: 45, sword: 2 });
    await deposit(id, ann, { coins: 70, items: [...herbs(45), { template: "sword", qty: 2 }] });
    await api.disband(leader.id, id);
    expect(await held(ds, leader)).toEqual({ coins: 70, items: { herb: 45, sword: 2 } });
    expect(await holds(id)).toEqual({ coins: 0, items: {} });
    expect(await ds.query("SELECT 1 FROM vault WHERE name = $1", [`vault:groups:${id}`])).toEqual([]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("is paid out to the last who leaves; where it does not fit nothing is done", async () => {
    const { id, leader } = await groupOf();
    await give(ds, leader, 9, { sword: 5 });
    await deposit(id, leader, { coins: 9, items: [{ template: "sword", qty: 5 }] });
    const mail = container.mail(leader.characterId);
    await ds.query(
      `INSERT INTO item (id, template, container, slot, qty)
       SELECT gen_random_uuid(), 'sword', $1, n, 1 FROM generate_series(0, 99) AS n`,
      [mail],
    );
    for (const work of [api.leave, api.disband]) expect(await codeOf(work(leader.id, id))).toBe("NO_SPACE");
    expect(await api.roleOf(leader.id, id)).toBe("leader");
    expect(await holds(id)).toEqual({ coins: 9, items: { sword: 5 } });
    await ds.query("DELETE FROM item WHERE container = $1", [mail]);
    await ds.query("UPDATE character SET deleted_at = now() WHERE id = $1", [leader.characterId]);
    expect(await codeOf(api.leave(leader.id, id))).toBe("CHARACTER_MISSING");
    await ds.query("UPDATE character SET deleted_at = NULL WHERE id = $1", [leader.characterId]);
    await api.leave(leader.id, id);
    expect(await held(ds, leader)).toEqual({ coins: 9, items: { sword: 5 } });
    expect(await codeOf(api.read(id))).toBe("GROUP_UNKNOWN");
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("stays when who filled it is deleted, and goes to where all things come from with the last", async () => {
    const { id, leader, rest } = await groupOf(["member"]);
    const [ann] = rest as [Person];
    await give(ds, ann, 30, { herb: 4 });
    await deposit(id, ann, { coins: 30, items: herbs(4) });
    expect((await exportAccount(ds, ann.id)).more.group_bank_log).toMatchObject([{ coins: 30 }]);
    await deleteAccount(ds, ann.id);
    expect(await holds(id)).toEqual({ coins: 30, items: { herb: 4 } });
    expect(await api.bank.log(leader.id, id)).toMatchObject([{ account: null, name: "", coins: 30 }]);
    await deleteAccount(ds, leader.id);
    expect(await holds(id)).toEqual({ coins: 0, items: {} });
    expect(await ds.query("SELECT 1 FROM vault WHERE name = $1", [`vault:groups:${id}`])).toEqual([]);
    const legs = await ds.query(
      "SELECT item, qty, coins FROM ledger WHERE request_id LIKE $1 AND account = 'world' ORDER BY coins",
      [`ended:%${id}`],
    );
    expect(legs).toEqual([
      { item: "herb", qty: 4, coins: "0" },
      { item: null, qty: 0, coins: "30" },
    ]);
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("is not stopped by a deletion at the same moment, and loses nothing", async () => {
    for (let round = 0; round < 6; round++) {
      const { id, leader, rest } = await groupOf(["officer"]);
      const [ann] = rest as [Person];
      await give(ds, ann, 20);
      await deposit(id, ann, { coins: 10 });
      const outcomes = await Promise.all([
        codeOf(deleteAccount(ds, leader.id)),
        codeOf(withdraw(id, ann, { coins: 5 })),
        codeOf(deposit(id, ann, { coins: 10 }, other)),
      ]);
      expect(outcomes).toEqual(["done", "done", "done"]);
      expect(await holds(id)).toEqual({ coins: 15, items: {} });
      const [gone, out] = await Promise.all([
        codeOf(deleteAccount(ds, ann.id)),
        codeOf(withdraw(id, ann, { coins: 1 })),
      ]);
      expect(gone).toBe("done");
      expect(["done", "ACCOUNT_UNKNOWN"]).toContain(out);
    }
    expect(await verifyLedger(ds)).toEqual([]);
  });

  it("lets each role do what the table of the server says", async () => {
    const { id, leader, rest } = await groupOf(["officer", "member"]);
    const [ann, bob] = rest as [Person, Person];
    const permissions = { officer: ["deposit" as const], member: ["withdraw" as const] };
    const own = (await openGroupsOn(ds, { permissions, coinsPerDay: { member: 3 } })).api;
    await give(ds, ann, 10);
    await deposit(id, ann, { coins: 10 }, own);
    expect(await codeOf(own.bank.log(ann.id, id))).toBe("GROUP_PERMISSION");
    expect(await codeOf(withdraw(id, ann, { coins: 1 }, own))).toBe("GROUP_PERMISSION");
    expect(await codeOf(deposit(id, bob, { coins: 1 }, own))).toBe("GROUP_PERMISSION");
    await withdraw(id, bob, { coins: 3 }, own);
    expect(await codeOf(withdraw(id, bob, { coins: 1 }, own))).toBe("GROUP_BANK_LIMIT");
    expect(await own.bank.view(bob.id, id)).toMatchObject({ left: { coins: 0, items: 0 } });
    await withdraw(id, leader, { coins: 7 }, own);
  });

  it("keeps its log as long as the setting says", async () => {
    const { id, leader } = await groupOf();
    await give(ds, leader, 2);
    await deposit(id, leader, { coins: 1 });
    await ds.query("UPDATE group_bank_log SET at = now() - interval '366 days' WHERE group_id = $1", [id]);
    await deposit(id, leader, { coins: 1 });
    await applyRetention(ds, [{ table: "group_bank_log", column: "at", days: 365 }]);
    expect(await api.bank.log(leader.id, id)).toHaveLength(1);
  });
});
