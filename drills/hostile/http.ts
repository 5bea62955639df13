import type { Random } from "../../shared/random.ts";
import { pick } from "../frames/frame-payloads.ts";
import type { HostileCase } from "./case.ts";
import { ask, sendRaw } from "./raw-http.ts";

/** Endpoints that take a body. */
const TAKING = [
  "/v1/guests",
  "/v1/guests/recover",
  "/v1/accounts",
  "/v1/account/upgrade",
  "/v1/sign-in",
  "/v1/token",
  "/v1/account/password",
  "/v1/password-reset",
  "/v1/characters",
  "/v1/tickets",
  "/v1/identity",
];
const NO_OBJECTS = ["null", "[]", "7", '"text"', "true", "[[[]]]", "", "{", '{"a":', "nothing"];
const ROOM_NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "..",
  "%2e%2e",
  "plaza%00",
  "a".repeat(2_000),
];
const METHODS = ["disconnect", "constructor", "__proto__", "_reserveSeat", "remoteRoomCall", "toString"];
const HOSTS = [" ", "a b", "[::1", "a/b", "%00", "a@b", "x".repeat(5_000), "host:99999999"];
const TARGETS = [
  "*",
  "plaza",
  "http://",
  "//[",
  "/%",
  "/%E0%A4%A",
  "/..%2f..%2fetc/passwd",
  `/${"a".repeat(20_000)}`,
];

/** Hostile requests. `accessToken`: of somebody who is signed in, so that more than the sign-in is asked. */
export function httpCases(url: string, accessToken: string, random: Random): HostileCase[] {
  const { host } = new URL(url);
  const json = ["Content-Type: application/json", "Connection: close"];
  const bearer = { authorization: `Bearer ${accessToken}` };
  const post = (path: string, body: unknown) => ask(`${url}${path}`, "POST", body, bearer);
  const raw = (...head: string[]) => sendRaw(url, { head });
  const each =
    <T>(items: readonly T[], send: (item: T) => Promise<string>) =>
    async () => {
      const answers: string[] = [];
      for (const item of items) answers.push(await send(item));
      return answers;
    };
  return [
    { name: "a malformed Host", send: each(HOSTS, (bad) => raw("GET /health HTTP/1.1", `Host: ${bad}`)) },
    {
      name: "two Hosts",
      send: each([host, "other"], (second) =>
        raw("GET /health HTTP/1.1", `Host: ${host}`, `Host: ${second}`),
      ),
    },
    { name: "no Host", send: each([""], () => raw("GET /health HTTP/1.1")) },
    {
      name: "an odd target",
      send: each(TARGETS, (target) => raw(`GET ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close")),
    },
    {
      name: "forwarded headers of chance",
      harmless: true,
      send: each(["6.6.6.6", "x".repeat(4_000), "1.2.3.4, ::1, <b>", '"'], (claimed) =>
        raw(
          "GET /health HTTP/1.1",
          `Host: ${host}`,
          `X-Forwarded-For: ${claimed}`,
          `X-Forwarded-Proto: ${claimed}`,
          `Forwarded: for=${claimed}`,
          "Connection: close",
        ),
      ),
    },
    {
      name: "a head that is too long",
      send: each([0], () => raw("GET /health HTTP/1.1", `Host: ${host}`, `X-Long: ${"x".repeat(64_000)}`)),
    },
    {
      name: "a body that is too long",
      send: each(TAKING, (path) =>
        sendRaw(url, {
          head: [`POST ${path} HTTP/1.1`, `Host: ${host}`, ...json, "Content-Length: 200000000"],
          body: "{".repeat(1_000),
        }),
      ),
    },
    {
      name: "a body that breaks off",
      send: each(TAKING, (path) =>
        sendRaw(url, {
          head: [`POST ${path} HTTP/1.1`, `Host: ${host}`, ...json, "Content-Length: 500"],
          body: '{"name":',
          abort: true,
        }),
      ),
    },
    {
      name: "two lengths",
      send: each([0], () =>
        sendRaw(url, {
          head: [
            "POST /v1/guests HTTP/1.1",
            `Host: ${host}`,
            ...json,
            "Content-Length: 2",
            "Content-Length: 3",
          ],
          body: "{}x",
        }),
      ),
    },
    {
      name: "a length and chunks",
      send: each([0], () =>
        sendRaw(url, {
          head: [
            "POST /v1/guests HTTP/1.1",
            `Host: ${host}`,
            ...json,
            "Content-Length: 2",
            "Transfer-Encoding: chunked",
          ],
          body: "0\r\n\r\n",
        }),
      ),
    },
    {
      name: "a body that is no object",
      send: each(TAKING, (path) => post(path, pick(NO_OBJECTS, random) || " ")),
    },
    {
      name: "JSON that is nested deeply",
      send: each(TAKING, (path) => post(path, "[".repeat(20_000) + "]".repeat(20_000))),
    },
    {
      name: "names of prototypes as keys",
      send: each(TAKING, (path) =>
        post(path, '{"__proto__":{"game":"plaza","name":"x"},"constructor":{"prototype":{"role":"admin"}}}'),
      ),
    },
    {
      name: "a NUL in a ticket's game",
      send: each(["plaza\0", "\0"], (game) => post("/v1/tickets", { game })),
    },
    {
      name: "a body of another kind",
      send: each(
        [
          "multipart/form-data; boundary=x",
          "multipart/form-data",
          "text/plain",
          "application/xml",
          "application/x-www-form-urlencoded",
        ],
        (type) =>
          ask(`${url}/v1/tickets`, "POST", "--x\r\n\r\ngame=plaza\r\n--x--", {
            ...bearer,
            "content-type": type,
          }),
      ),
    },
    {
      name: "rooms with the names of prototypes",
      send: each(ROOM_NAMES, (name) =>
        ask(
          `${url}/matchmake/${pick(["create", "join", "joinOrCreate", "joinById", "reconnect"], random)}/${name}`,
          "POST",
          {},
          bearer,
        ),
      ),
    },
    {
      name: "methods that the matchmaker does not offer",
      send: each(METHODS, (method) => ask(`${url}/matchmake/${method}/plaza`, "POST", {}, bearer)),
    },
    {
      name: "rooms without a ticket, a thousand times",
      send: async () => {
        const answers: string[] = [];
        const createOne = () => ask(`${url}/matchmake/create/plaza`, "POST", {});
        for (let batch = 0; batch < 50; batch++)
          answers.push(...(await Promise.all(Array.from({ length: 20 }, createOne))));
        return answers;
      },
    },
    {
      name: "codes that lead nowhere",
      send: each(
        Array.from({ length: 40 }, (_, n) => n),
        (n) => ask(`${url}/v1/rooms/${"ACDE".repeat(1 + (n % 3))}${n}`, "GET"),
      ),
    },
    {
      name: "a socket of a foreign page",
      send: each(["https://evil.example", "null"], (origin) =>
        raw(
          "GET /x/y?sessionId=z HTTP/1.1",
          `Host: ${host}`,
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          `Origin: ${origin}`,
        ),
      ),
    },
  ];
}
