import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { type DevProxy, openDevProxy, type Upstream } from "../../server/dev/proxy.ts";

const open: (Server | DevProxy)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A process that answers with its name, and as long as it is told to stand still not at all. */
async function openProcess(name: string): Promise<Upstream & { still: boolean }> {
  const held: (() => void)[] = [];
  const server = createServer((_asked, answer) => {
    if (one.still) held.push(() => answer.end(name));
    else answer.end(name);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(server);
  let still = false;
  const one = {
    processId: name,
    port: (server.address() as AddressInfo).port,
    get still() {
      return still;
    },
    set still(to: boolean) {
      still = to;
      if (!to) for (const go of held.splice(0)) go();
    },
  };
  return one;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

it("a process that stands still is passed over before a request is lost to it, and asked again when it answers", async () => {
  const [first, second] = [await openProcess("first"), await openProcess("second")];
  const front = await openDevProxy({ host: "127.0.0.1", port: 0, answerMs: 60_000 }, () => [first, second]);
  open.push(front);
  const ask = () => fetch(front.url, { method: "POST", body: "x" }).then((answer) => answer.text());
  expect(await ask()).toBe("first");
  await pause(500); // it was asked for its health once
  first.still = true;
  await pause(2_000);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(["second", "second", "second"]);
  first.still = false;
  await expect.poll(ask, { timeout: 5_000 }).toBe("first");
});
