import { createServer, type IncomingHttpHeaders } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { pino } from "pino";
import { readConfig } from "roomkeep/server";
import { afterEach, describe, expect, it } from "vitest";
import { openRefusalLog } from "../../../server/http/refusal-log.ts";
import { guardRequests } from "../../../server/http/request-guard.ts";

/** What the one behind the door saw of a request. */
interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server behind the door that answers with what it saw, and the lines of its log. */
async function openProbe(proxies = 0, httpsOnly = false) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let requests = 0;
  const http = createServer((request, response) => {
    requests++;
    let body = "";
    request.on("data", (piece) => (body += piece));
    if (request.url === "/own-policy") response.setHeader("content-security-policy", "default-src 'none'");
    request.on("end", () => response.end(JSON.stringify({ headers: request.headers, body })));
  });
  const door = guardRequests(http, log, proxies, httpsOnly);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  closers.push(() => {
    http.close();
    http.closeAllConnections();
  });
  return { door, port, lines, http, requests: () => requests };
}

/** Sends these bytes; resolves with all that came back when the socket is closed. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.on("data", (piece) => (answer += piece));
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

const LINES = "Host: game.example.com\r\nConnection: close\r\n";
const seenIn = (answer: string): Seen => JSON.parse(/\r\n\r\n(.*)/s.exec(answer)?.[1] ?? "");
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** What is seen of a GET with these lines of headers. */
async function seen(port: number, ...lines: string[]): Promise<{ answer: string } & Seen> {
  const answer = await raw(
    port,
    `GET / HTTP/1.1\r\n${LINES}${lines.map((line) => `${line}\r\n`).join("")}\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  return {
    answer: answer.toLowerCase(),
    ...seenIn(answer.replace(/\r\n[0-9a-f]+\r\n(.*)\r\n0\r\n\r\n$/s, "\r\n$1")),
  };
}

describe("the scheme by which a client came", () => {
  it.each([
    ["https", "https"],
    ["wss", "https"],
    ["WSS", "https"],
    ["ws", "http"],
    ["http", "http"],
    ["http, https", "https"],
    ["https,http", "http"],
    ["ftp", undefined],
    ["", undefined],
  ])("one trusted proxy says %j: those behind see %s", async (said, expected) => {
    const { door, port } = await openProbe(1);
    door.open();
    const { headers, answer } = await seen(port, `X-Forwarded-Proto: ${said}`);
    expect(headers["x-forwarded-proto"]).toBe(expected);
    expect(answer.includes("strict-transport-security")).toBe(expected === "https");
  });

  it("is what the outermost of several trusted proxies said, on one line or two, or the one for all", async () => {
    const { door, port } = await openProbe(2);
    door.open();
    const schemeOf = async (...lines: string[]) => (await seen(port, ...lines)).headers["x-forwarded-proto"];
    expect(await schemeOf("X-Forwarded-Proto: https,http")).toBe("https");
    expect(await schemeOf("X-Forwarded-Proto: https", "X-Forwarded-Proto: http")).toBe("https");
    expect(await schemeOf("X-Forwarded-Proto: https, http, http")).toBe("http");
    expect(await schemeOf("X-Forwarded-Proto: https")).toBe("https");
  });

  it("is not believed of a client: nothing of it is passed on, and nothing is promised by it", async () => {
    const { door, port } = await openProbe(0);
    door.open();
    for (const said of ["https", "wss", "ftp"]) {
      const { headers, answer } = await seen(port, `X-Forwarded-Proto: ${said}`);
      expect(headers["x-forwarded-proto"]).toBeUndefined();
      expect(answer).not.toContain("strict-transport-security");
    }
  });
});

describe("where https is enforced", () => {
  const asked = async (method: string, target: string, ...lines: string[]) => {
    const { door, port, requests } = await openProbe(1, true);
    door.open();
    const rest = lines.map((line) => `${line}\r\n`).join("");
    const answer = await raw(port, `${method} ${target} HTTP/1.1\r\n${LINES}${rest}\r\n`);
    return { answer: answer.toLowerCase(), seen: requests() };
  };
  const http = "X-Forwarded-Proto: http";

  it.each([
    ["that a proxy took by http", [http]],
    ["that went past the proxy", []],
  ])("a GET %s is sent to the same place by https, its port left out", async (_, lines) => {
    const { answer, seen } = await asked("GET", "/?room=ABCD", ...lines);
    expect(answer).toMatch(/^http\/1\.1 301 /);
    expect(answer).toContain("\r\nlocation: https://game.example.com/?room=abcd\r\n");
    expect([seen, answer.includes("strict-transport-security")]).toEqual([0, false]);
  });

  it("what would change something is refused with a code, and nobody behind sees it", async () => {
    for (const method of ["POST", "PATCH", "DELETE"]) {
      const { answer, seen } = await asked(method, "/v1/token", http, "Content-Length: 0");
      expect(answer).toMatch(/^http\/1\.1 403 /);
      expect(answer).toContain('"code":"https_needed"');
      expect(seen).toBe(0);
    }
  });

  it("a socket by ws is refused, one by wss passes", async () => {
    const { door, port, http: server } = await openProbe(1, true);
    server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 Seen\r\n\r\n"));
    door.open();
    const knock = (said: string) =>
      raw(port, `GET /a/b HTTP/1.1\r\nHost: a\r\n${said}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    expect(await knock("X-Forwarded-Proto: ws\r\n")).toMatch(/ 403 /);
    expect(await knock("")).toMatch(/ 403 /);
    expect(await knock("X-Forwarded-Proto: wss\r\n")).toMatch(/ 418 /);
  });

  it("who comes by https is let in and told to stay with it; health checks from within need none", async () => {
    const { answer, seen } = await asked("GET", "/", "X-Forwarded-Proto: https");
    expect([answer.slice(0, 12), seen]).toEqual(["http/1.1 200", 1]);
    expect(answer).toContain("strict-transport-security: max-age=31536000");
    for (const path of ["/health", "/ready?full"]) {
      expect((await asked("GET", path)).answer).toMatch(/^http\/1\.1 200 /);
    }
    expect((await asked("GET", "/readyx")).answer).toMatch(/^http\/1\.1 301 /);
  });

  it("a server without a trusted proxy does not start: nobody could come by https", () => {
    const enforced = { ROOMKEEP_HTTPS: "enforce" };
    expect(() => readConfig(enforced)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(readConfig({ ...enforced, ROOMKEEP_TRUST_PROXY: "1" }).httpsOnly).toBe(true);
    expect(readConfig({}).httpsOnly).toBe(false);
  });
});

describe("security headers", () => {
  const protectedBy = (answer: string) => [
    /\r\nx-content-type-options: nosniff\r\n/i.test(answer),
    /\r\ncontent-security-policy: default-src 'self';/i.test(answer),
  ];
  const close = "Connection: close\r\n\r\n";

  it.each([
    ["200", `GET / HTTP/1.1\r\nHost: a\r\n${close}`],
    ["400", `GET / HTTP/1.1\r\nHost: a!b\r\n${close}`],
    ["413", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n${close}`],
  ])("are in an answer %s", async (status, text) => {
    const { door, port } = await openProbe();
    door.open();
    const answer = await raw(port, text);
    expect([answer.slice(9, 12), ...protectedBy(answer)]).toEqual([status, true, true]);
  });

  it("are in the answer to who comes too early", async () => {
    const { port } = await openProbe();
    const answer = await raw(port, `GET / HTTP/1.1\r\nHost: a\r\n${close}`);
    expect([answer.slice(9, 12), ...protectedBy(answer)]).toEqual(["503", true, true]);
  });

  it("give way to a policy of the answer's own", async () => {
    const { door, port } = await openProbe();
    door.open();
    const answer = await raw(port, `GET /own-policy HTTP/1.1\r\nHost: a\r\n${close}`);
    expect(answer.toLowerCase().match(/content-security-policy: .*/g)).toEqual([
      "content-security-policy: default-src 'none'",
    ]);
  });
});

it.each(["game.example.com.", "GAME_1.example.com:2567", "[2001:db8::1]:443", "[::1]", "192.0.2.1", "game:"])(
  "the Host %s is one",
  async (host) => {
    const { door, port } = await openProbe();
    door.open();
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).toMatch(/ 200 /);
  },
);

it("a health check by HTTP/1.0, which has no Host, is answered", async () => {
  const { door, port } = await openProbe();
  door.open();
  const answer = await raw(port, "GET /ready HTTP/1.0\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(seenIn(answer).headers.host).toBe("localhost");
});

describe("a request that is malformed, of a kind harmless to those behind", () => {
  it.each([
    ["a Host that is no host", "GET / HTTP/1.1\r\nHost: a!b\r\n\r\n", "host"],
    ["a Host that is longer than any", `GET / HTTP/1.1\r\nHost: ${"a".repeat(256)}\r\n\r\n`, "host"],
    ["two of them", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "host"],
    ["a target that is no path", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "target"],
  ])("%s: 400, nobody behind sees it, and the log names the kind", async (_name, text, reason) => {
    const { door, port, lines, requests } = await openProbe();
    door.open();
    expect(await raw(port, text)).toMatch(/^HTTP\/1\.1 400 /);
    expect(requests()).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ reason, address: "127.0.0.1", count: 1 })]);
  });

  it("as an upgrade: 400 as well", async () => {
    const { door, port, http, lines } = await openProbe();
    http.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 418 Seen\r\n\r\n"));
    door.open();
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    expect(await raw(port, `GET /a/b HTTP/1.1\r\nHost: a\r\n${upgrade}`)).toMatch(/ 418 /);
    expect(await raw(port, `GET /a/b HTTP/1.1\r\nHost: a!b\r\n${upgrade}`)).toMatch(/ 400 /);
    expect(lines).toHaveLength(1);
  });
});

describe("a body", () => {
  const chunked = `POST / HTTP/1.1\r\n${LINES}Transfer-Encoding: chunked\r\n\r\n`;

  it("in chunks is taken, up to the limit", async () => {
    const { door, port } = await openProbe();
    door.open();
    const body = "x".repeat(16 * 1024);
    const answer = await raw(port, `${chunked}${chunk(body).repeat(4)}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain(body.repeat(4));
  });

  it("in chunks beyond the limit: 413, the socket is closed, and nobody behind waits for it", async () => {
    const { door, port, requests, lines } = await openProbe();
    door.open();
    // Without an end: it would be read for ever.
    const answer = await raw(port, chunked + chunk("x".repeat(16 * 1024)).repeat(4) + chunk("x"));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(requests()).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ reason: "body", count: 1 })]);
  });

  it("whose told length is beyond the limit: 413 before it came", async () => {
    const { door, port, requests } = await openProbe();
    door.open();
    const answer = await raw(port, `POST / HTTP/1.1\r\n${LINES}Content-Length: 65537\r\n\r\nx`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(requests()).toBe(0);
  });
});

it("tells who comes too early to ask again, instead of keeping them waiting", async () => {
  const { door, port } = await openProbe();
  const url = `http://127.0.0.1:${port}/health`;
  const early = await fetch(url, { method: "POST", body: "x" });
  expect([early.status, early.headers.get("retry-after")]).toEqual([503, "1"]);
  door.open();
  expect((await fetch(url)).status).toBe(200);
});

it("logs refusals of a kind as one line with their count", async () => {
  const lines: { reason: string; count: number; address: string }[] = [];
  const note = openRefusalLog(pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }), 100);
  for (let n = 0; n < 500; n++) note("host", `192.0.2.${n % 9}`);
  note("body", "192.0.2.1");
  expect(lines.map(({ reason, count }) => [reason, count])).toEqual([
    ["host", 1],
    ["body", 1],
  ]);
  await expect.poll(() => lines.length).toBe(3);
  expect(lines[2]).toMatchObject({ reason: "host", count: 499, address: "192.0.2.4" });
});
