import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { healthEndpoints } from "../../../server/http/api/health.ts";
import { checkFreeSpace, orDiskFull } from "../../../server/storage/free-space.ts";

const MORE_THAN_ANY_DISK = 2 ** 60;

test("a disk with too little room is named, also before the folder is made", async () => {
  const folder = join(tmpdir(), "not", "made", "yet");
  await checkFreeSpace(folder, 1);
  await expect(checkFreeSpace(folder, MORE_THAN_ANY_DISK)).rejects.toMatchObject({
    code: "DISK_FULL",
    message: expect.stringContaining(folder),
  });
});

test("a process whose disk is full is not ready, and says so", async () => {
  let freeMin = 1;
  const { ready } = healthEndpoints([{ name: "disk", ask: () => checkFreeSpace(tmpdir(), freeMin) }]);
  const ask = async () => {
    const answer = (await ready({ asResponse: true } as never)) as unknown as Response;
    return [answer.status, await answer.json()];
  };
  expect(await ask()).toEqual([200, { status: "ready", disk: "ok" }]);
  freeMin = MORE_THAN_ANY_DISK;
  expect(await ask()).toEqual([503, { status: "not ready", disk: "is full" }]);
});

test.each(["ENOSPC", "EDQUOT", "53100"])("what fails with %s ends in a named error, however deep", (code) => {
  const cause = Object.assign(new Error("no space left"), { code });
  const error = new Error("a migration failed", { cause });
  expect(orDiskFull(error, "/data")).toMatchObject({ code: "DISK_FULL", cause: error });
  const other = new Error("another");
  expect(orDiskFull(other, "/data")).toBe(other);
});
