import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { PERMISSIONS, type Permission, readPermissions } from "../../../server/operations/permissions.ts";

const page = await readFile(new URL("../../../docs/admin.md", import.meta.url), "utf8");

it("the page of the desk has the table of permissions as the server checks them", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \| (\w*) ?\| (\w*) ?\| (\w*) ?\|$/gm)];
  const table = readPermissions();
  const told = rows.map(([, name, what, ...roles]) => [name, what, ...roles.map((one) => one === "yes")]);
  const names = Object.keys(PERMISSIONS) as Permission[];
  expect(told).toEqual(
    names.map((name) => [
      name,
      PERMISSIONS[name],
      ...(["moderator", "operator", "admin"] as const).map((role) => table[role].has(name)),
    ]),
  );
});

it("a server's changes take the place of a role's permissions, or add and take away", () => {
  const table = readPermissions("moderator=look, sanction; operator=+items,-flags");
  expect([...table.moderator]).toEqual(["look", "sanction"]);
  expect(table.operator.has("items")).toBe(true);
  expect(table.operator.has("flags")).toBe(false);
  expect(table.operator.has("rooms")).toBe(true);
  expect(table.admin).toEqual(readPermissions().admin);
  expect([...readPermissions("moderator=").moderator]).toEqual([]);
  for (const wrong of ["admin=look", "player=look", "moderator", "moderator=fly", "operator=+look,rooms"])
    expect(() => readPermissions(wrong), wrong).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
