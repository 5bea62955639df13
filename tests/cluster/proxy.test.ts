import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { PROBE_MS } from "../../server/dev/process-health.ts";
import { type DevProxy, openDevProxy, type Upstream } from "../../server/dev/proxy.ts";

const SLOW = { timeout: 60_000, interval: 5 };

const open: (Server | DevProxy)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A process that answers with its name, and as long as it is told to stand still not at all. */
async function openProcess(name: string): Promise<Upstream & { still: boolean; checks(): number }> {
  const held: (() => void)[] = [];
  let checks = 0;
  const server = createServer(({ url }, answer) => {
    if (url === "/health") checks++;
    if (one.still) held.push(() => answer.end(name));
    else answer.end(name);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(server);
  let still = false;
  const one = {
    processId: name,
    port: (server.address() as AddressInfo).port,
    /** How often it was asked for its health. */
    checks: () => checks,
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

/** A process that answers as `answer` does. */
async function openAnswering(
  answer: RequestListener,
  processId = "one",
): Promise<Upstream & { server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  open.push(server);
  return { processId, port: (server.address() as AddressInfo).port, server };
}

async function openFront(...processes: Upstream[]): Promise<DevProxy> {
  const front = await openDevProxy({ host: "127.0.0.1", port: 0 }, () => processes);
  open.push(front);
  return front;
}

/** A port at which nobody listens any more. */
async function closedPort(): Promise<Upstream> {
  const { server, ...gone } = await openAnswering(() => {});
  open.pop();
  await new Promise((closed) => server.close(closed));
  return gone;
}

it("a process that stands still is passed over before a request is lost to it, and asked again when it answers", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const [first, second] = [await openProcess("first"), await openProcess("second")];
  const front = await openDevProxy({ host: "127.0.0.1", port: 0, answerMs: 60_000 }, () => [first, second]);
  open.push(front);
  const ask = () => fetch(front.url, { method: "POST", body: "x" }).then((answer) => answer.text());
  expect(await ask()).toBe("first");
  vi.advanceTimersByTime(PROBE_MS);
  await vi.waitFor(() => expect([first.checks(), second.checks()]).toEqual([1, 1]), SLOW);
  first.still = true;
  // Each check is sent when the one before was answered, or not at all.
  for (let check = 2; check <= 6; check++) {
    vi.advanceTimersByTime(PROBE_MS);
    await vi.waitFor(() => expect([first.checks(), second.checks()]).toEqual([2, check]), SLOW);
  }
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(["second", "second", "second"]);
  first.still = false;
  await expect.poll(ask).toBe("first");
});

it("tells a process whom it was asked by, behind whatever the client itself claimed to be", async () => {
  let got: IncomingHttpHeaders = {};
  const { port } = await openAnswering((asked, answer) => {
    got = asked.headers;
    answer.end();
  });
  const front = await openFront({ processId: "one", port });
  await fetch(front.url, { headers: { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" } });
  expect(got["x-forwarded-for"]).toBe("203.0.113.7, 127.0.0.1");
  expect(got["x-forwarded-proto"]).toBe("https, http");
  expect(got.host).toBe(new URL(front.url).host);
});

it("asks the next process what one that is gone never got, body and all, and says so when none is left", async () => {
  const there = await openAnswering(async (asked, answer) => {
    for await (const part of asked) answer.write(part);
    answer.end();
  });
  const [gone, gone2] = [await closedPort(), await closedPort()];
  const front = await openFront(gone, there);
  const answer = await fetch(front.url, { method: "POST", body: "a body" });
  expect(await answer.text()).toBe("a body");
  const lonely = await openFront(gone, gone2);
  const none = await fetch(lonely.url, { method: "POST", body: "x" });
  expect([none.status, await none.json()]).toMatchObject([503, { code: "ROOM_CLOSED" }]);
});

it("asks no other process what one got and did not answer, unless nothing was changed by it", async () => {
  let asked = 0;
  const breaks = await openAnswering(({ socket }) => {
    asked++;
    socket.destroy();
  });
  const there = await openAnswering((_asked, answer) => void answer.end("there"));
  const front = await openFront(breaks, there);
  expect(await (await fetch(front.url)).text()).toBe("there");
  expect((await fetch(front.url, { method: "POST", body: "x" })).status).toBe(503);
  const large = await fetch(front.url, { method: "POST", body: "x".repeat(65 * 1024) });
  expect(large.status).toBe(413);
  expect(asked).toBe(2);
});

it("takes a socket to the process that has its seat, and ends each side with the other", async () => {
  const openSockets = async (processId: string) => {
    const one = await openAnswering((_asked, answer) => void answer.end(), processId);
    const sockets = new WebSocketServer({ server: one.server });
    sockets.on("connection", (socket, asked) => {
      socket.on("message", (text) => socket.send(`${processId} ${asked.headers["x-forwarded-for"]} ${text}`));
    });
    return { ...one, sockets };
  };
  const [first, second] = [await openSockets("first"), await openSockets("second")];
  const front = await openFront(first, second);
  const come = async (path: string) => {
    const socket = new WebSocket(`${front.url.replace("http", "ws")}${path}`);
    const ended = once(socket, "close");
    ended.catch(() => {});
    await once(socket, "open");
    return { socket, ended };
  };
  const say = async (socket: WebSocket) => {
    socket.send("hello");
    return String((await once(socket, "message"))[0]);
  };
  const [one, two] = [await come("/first/ABCD?sessionId=x"), await come("/second/ABCD")];
  expect(await say(one.socket)).toBe("first 127.0.0.1 hello");
  expect(await say(two.socket)).toBe("second 127.0.0.1 hello");
  const elsewhere = new WebSocket(`${front.url.replace("http", "ws")}/third/ABCD`);
  expect(String((await once(elsewhere, "error"))[0])).toContain("502");

  // A client that is gone without a word, a process that is, and the front itself.
  const [near] = [...first.sockets.clients];
  (Reflect.get(one.socket, "_socket") as Socket).resetAndDestroy();
  await once(near as WebSocket, "close");
  for (const far of second.sockets.clients) far.terminate();
  expect((await two.ended)[0]).toBe(1006);
  const { socket } = await come("/first/ABCD");
  expect(await say(socket)).toBe("first 127.0.0.1 hello");
  const ended = [...first.sockets.clients].map((far) => once(far, "close"));
  await front.close();
  expect(ended).toHaveLength(1);
  await Promise.all(ended);
});

it("ends a socket whose process is gone", async () => {
  const front = await openFront(await closedPort());
  const { port } = front;
  const gone = connect(port, "127.0.0.1");
  gone.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  await once(gone.resume(), "end");
});
