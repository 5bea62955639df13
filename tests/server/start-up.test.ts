import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { readConfig } from "../../server/config.ts";
import { compressPage } from "../../server/http/page-compression.ts";
import { type ServerProcess, startProcess } from "../helpers/server-process.ts";

const basic = (password: string) => ({
  authorization: `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
});

describe("a process that starts", () => {
  let server: ServerProcess;
  let password: string;
  beforeAll(async () => {
    server = await startProcess({});
    password = /admin \/ (\S+)/.exec(server.output())?.[1] ?? "";
  });
  afterAll(() => server.end());

  it("says where it is, where the data lives, and the admin's password once", () => {
    expect(server.output()).toContain(server.url);
    expect(server.output()).toContain("embedded database in");
    expect(password).toMatch(/^[A-Z0-9]{12}$/);
  });

  it("answers that it lives and is ready", async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ status: "ok" });
    const ready = await fetch(`${server.url}/ready`);
    // Longer than proxies keep theirs: else they would send what is lost.
    expect(ready.headers.get("keep-alive")).toBe("timeout=75");
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: "ready", database: "ok", disk: "ok" },
    ]);
  });

  it("sends the page compressed, with its preview's address, its icons and its manifest", async () => {
    const page = fileURLToPath(new URL("../../dist/page", import.meta.url));
    await compressPage(page); // the server itself is about to
    const html = await (await fetch(server.url)).text();
    expect(html).toContain(`content="${server.url}/preview.jpg"`);
    // Seen without any script.
    expect(html).toMatch(/<div id="splash"[^>]*>\s*<svg/u);
    const script = /<script[^>]*src="([^"]+)"/u.exec(html)?.[1] ?? "";
    const sent = async (path: string, encoding: string) => {
      const response = await fetch(new URL(path, server.url), { headers: { "accept-encoding": encoding } });
      return { response, text: await response.text(), encoded: response.headers.get("content-encoding") };
    };
    const plain = readFileSync(join(page, script), "utf8");
    for (const [asked, encoded] of [
      ["gzip, br", "br"],
      ["gzip", "gzip"],
      ["identity", null],
    ] as const) {
      const answer = await sent(script, asked);
      expect([answer.response.status, answer.encoded, answer.text === plain]).toEqual([200, encoded, true]);
      expect(answer.response.headers.get("content-type")).toContain("javascript");
      expect(answer.response.headers.get("cache-control")).toContain("immutable");
      expect(answer.response.headers.get("vary")).toContain("Accept-Encoding");
    }
    const manifest = JSON.parse((await sent("/manifest.webmanifest", "br")).text) as {
      icons: { src: string }[];
    };
    for (const { src } of [...manifest.icons, { src: "preview.jpg" }])
      expect((await fetch(new URL(src, server.url))).headers.get("content-type")).toMatch(/^image\//u);
    expect((await fetch(new URL("/..%2f..%2fpackage.json", server.url))).status).not.toBe(200);
  });

  it("begins with a small script; games come in parts of their own", () => {
    const assets = fileURLToPath(new URL("../../dist/page/assets", import.meta.url));
    const files = readdirSync(assets).filter((name) => name.endsWith(".js"));
    const bytes = (name: string) => readFileSync(join(assets, name)).length;
    // Each game adds its name and the list of its parts; what a game's page loads in all: weight.test.ts.
    expect(bytes(files.find((name) => name.startsWith("index-")) ?? "")).toBeLessThan(7_500);
    expect(files.filter((name) => name.startsWith("view-")).length).toBeGreaterThanOrEqual(6);
  });

  it("shows the monitor to the admin only, and never runs a room's methods from it", async () => {
    expect((await fetch(`${server.url}/monitor/`)).status).toBe(401);
    const printed = /monitor +(http\S+)/.exec(server.output())?.[1] ?? "";
    const page = await fetch(printed, { headers: basic(password) });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("<html")]);
    expect((await fetch(`${server.url}/monitor/api`)).status).toBe(401);
    expect((await fetch(`${server.url}/monitor/api`, { headers: basic("wrong") })).status).toBe(401);
    const rooms = await fetch(`${server.url}/monitor/api`, { headers: basic(password) });
    expect(await rooms.json()).toMatchObject({ rooms: [] });
    const call = `${server.url}/monitor/api/room/call?roomId=X&method=disconnect&args=[]`;
    expect((await fetch(call)).status).toBe(401);
    expect((await fetch(call, { headers: basic(password) })).status).toBe(403);
    expect(server.output()).toContain(
      '"line":"monitor: disconnect","game":"","roomId":"X","outcome":"ACTION_REFUSED"',
    );
  });

  it("writes few lines of what the framework says of many broken sockets", async () => {
    // An opcode that the protocol keeps for later; a close frame as Caddy writes it when it loads its
    // settings anew.
    const frames = [
      [0x83, 0x80, 0, 0, 0, 0],
      [0x88, 0x02, 0x03, 0xe9],
    ];
    const broken = async (_: unknown, n: number) => {
      const socket = new WebSocket(server.url.replace("http", "ws"));
      const closed = once(socket, "close");
      await once(socket, "open");
      (Reflect.get(socket, "_socket") as Socket).write(Buffer.from(frames[n % 2] ?? []));
      await closed;
    };
    await Promise.all(Array.from({ length: 20 }, broken));
    const lines = () =>
      server
        .output()
        .split("\n")
        .filter((line) => /invalid opcode 3|MASK must be set/.test(line));
    await expect.poll(lines).not.toEqual([]);
    expect(lines().length).toBeLessThan(5);
    expect(JSON.parse(lines()[0] ?? "")).toMatchObject({ level: 50, count: 1 });
  });

  it("turns malformed requests away before the framework sees them, and lives on", async () => {
    const raw = (text: string) =>
      new Promise<string>((resolve) => {
        const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
        let answer = "";
        socket.on("data", (chunk) => (answer += chunk));
        socket.on("error", () => {});
        socket.on("close", () => resolve(answer));
      });
    const close = "Connection: close\r\n";
    // Of the kinds that the door is there for, but such as the framework would answer
    // (tests/server/http/request-guard.test.ts has more).
    expect(await raw(`GET /health HTTP/1.1\r\nHost: a!b\r\n${close}\r\n`)).toMatch(/ 400 /);
    expect(await raw(`GET /health HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: wss\r\n${close}\r\n`)).toMatch(
      / 200 /,
    );
    const create = `POST /matchmake/create/plaza HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${close}`;
    expect(await raw(`${create}Content-Length: 65537\r\n\r\n{`)).toMatch(/ 413 /);
    // A body in chunks is read: what refuses is the matchmaker, which asks for a ticket.
    const inChunks = await raw(`${create}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`);
    expect(inChunks).toContain("TICKET_INVALID");
    const upgrade =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    const upgradeFrom = (host: string, origin: string) =>
      raw(`GET /a/b HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\n${upgrade}\r\n`);
    expect(await upgradeFrom("a!b", "http://a!b")).toMatch(/ 400 /);
    expect(await upgradeFrom("a", "http://evil.example")).toMatch(/ 403 /);
    for (const room of ["__proto__", "constructor", "nope"]) {
      const answer = await fetch(`${server.url}/matchmake/joinOrCreate/${room}`, {
        method: "POST",
        body: "{}",
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect(server.child.exitCode).toBeNull();
    expect(server.output()).toContain("requests were refused");
  });
});

describe("a process that cannot start says what happened and what to do", () => {
  it("when the port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const port = String((other.address() as AddressInfo).port);
    await expect(startProcess({ PORT: port })).rejects.toThrow(/PORT_IN_USE: Port \d+ is in use.*PORT=2568/);
    other.close();
  });

  it("when PostgreSQL does not answer, without telling the password", async () => {
    const failed = startProcess({ DATABASE_URL: "postgres://someone:hush-hush@127.0.0.1:1/none" });
    await expect(failed).rejects.toThrow(/DATABASE_UNAVAILABLE: .*127\.0\.0\.1:1/);
    await failed.catch((error: Error) => expect(error.message).not.toContain("hush-hush"));
  });

  it("when Redis does not answer", async () => {
    await expect(startProcess({ REDIS_URL: "redis://127.0.0.1:1" })).rejects.toThrow(
      /REDIS_UNAVAILABLE: .*127\.0\.0\.1:1/,
    );
  });

  it.each([
    ["PORT", "eighty"],
    ["PORT", "99999"],
    ["ROOMKEEP_ADMIN_PASSWORD", "short"],
    ["REDIS_URL", "http://x"],
  ])("when %s is %s", (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(() => readConfig({ [name]: value })).toThrow(name);
  });
});
