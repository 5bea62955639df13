import { accessTokenOf, signIn } from "../../bots/index.ts";
import { joinAs } from "../../testing/player.ts";
import type { HostileCase } from "./case.ts";
import { ask } from "./raw-http.ts";

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Stolen, forged and used identities. `accessToken`: a good one, which is taken apart. */
export function identityCases(url: string, accessToken: string): HostileCase[] {
  const [head = "", body = "", signature = ""] = accessToken.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as Record<string, unknown>;
  const forged = {
    "without an algorithm": `${encode({ alg: "none" })}.${body}.`,
    "without a signature": `${head}.${body}.`,
    "with the signature of another": `${head}.${body}.${signature.split("").reverse().join("")}`,
    "with another algorithm": `${encode({ alg: "HS512", typ: "JWT" })}.${body}.${signature}`,
    "of an admin": `${head}.${encode({ ...claims, role: "admin" })}.${signature}`,
    "that lasts for ever": `${head}.${encode({ ...claims, exp: 2 ** 40 })}.${signature}`,
    "of another audience": `${head}.${encode({ ...claims, aud: "elsewhere" })}.${signature}`,
    "of nobody": "e30.e30.",
    "that is none": "x".repeat(2_000),
  };
  const me = (token: string, path = "/v1/me") =>
    ask(`${url}${path}`, "GET", undefined, { authorization: `Bearer ${token}` });
  const ticketFor = async (token: string, door: object) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const given = await fetch(`${url}/v1/tickets`, { method: "POST", headers, body: JSON.stringify(door) });
    return ((await given.json()) as { ticket: string }).ticket;
  };
  const knock = (ticket: string, method: string, where: string, options: object = {}) =>
    ask(`${url}/matchmake/${method}/${where}`, "POST", options, { authorization: `Bearer ${ticket}` });
  return [
    ...Object.entries(forged).map(([what, token]) => ({
      name: `an access token ${what}`,
      send: async () => [
        await me(token),
        await me(token, "/v1/account"),
        await knock(token, "joinOrCreate", "plaza"),
      ],
    })),
    {
      name: "an access token as a join ticket",
      send: async () => [await knock(accessToken, "joinOrCreate", "plaza")],
    },
    {
      name: "a ticket for one game in another, and for a room in another",
      send: async () => [
        await knock(await ticketFor(accessToken, { game: "plaza" }), "joinOrCreate", "meadow"),
        await knock(await ticketFor(accessToken, { roomId: "AAAA" }), "joinOrCreate", "plaza"),
      ],
    },
    {
      name: "a ticket that was used",
      async send() {
        const guest = await joinAs(url, "plaza", { name: "Once" });
        const access = await accessTokenOf(url, guest.token);
        const ticket = await ticketFor(access, { game: "plaza" });
        await knock(ticket, "joinOrCreate", "plaza");
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => knock(ticket, "joinOrCreate", "plaza")),
        );
        guest.stop();
        return answers;
      },
    },
    {
      name: "a refresh token that was used",
      async send() {
        const made = await fetch(`${url}/v1/guests`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ name: "Twice", color: 0, shape: 0 }),
        });
        const { token } = (await made.json()) as { token: string };
        const refresh = (old: string) =>
          fetch(`${url}/v1/token`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ token: old }),
          });
        const next = (await (await refresh(token)).json()) as { token: string };
        await refresh(next.token);
        return [
          await ask(`${url}/v1/token`, "POST", { token }),
          await ask(`${url}/v1/token`, "POST", { token: next.token }),
        ];
      },
    },
    {
      name: "two upgrades of one guest at once",
      async send() {
        const { token } = await signIn(url, { name: "Both" });
        const access = await accessTokenOf(url, token);
        const upgrade = (name: string) =>
          ask(
            `${url}/v1/account/upgrade`,
            "POST",
            { name, password: "a long enough passphrase 7" },
            { authorization: `Bearer ${access}` },
          );
        const answers = await Promise.all([
          upgrade(`both ${token.slice(5, 13)}`),
          upgrade(`once ${token.slice(5, 13)}`),
        ]);
        const upgraded = answers.indexOf("200");
        // One of the two is good; the other one is what is asked about.
        return upgraded < 0 ? answers : answers.filter((_, i) => i !== upgraded);
      },
    },
    {
      name: "reconnection tokens: guessed, and of somebody who has signed out",
      async send() {
        const guest = await joinAs(url, "plaza", { name: "Stolen" });
        const [roomId = "", stolen] = guest.room.reconnectionToken.split(":");
        const { processId } = guest.room as unknown as { processId?: string };
        guest.stop();
        const access = await accessTokenOf(url, guest.token);
        await ask(`${url}/v1/sign-out/everywhere`, "POST", undefined, { authorization: `Bearer ${access}` });
        void processId;
        return [
          await knock("", "reconnect", roomId, { reconnectionToken: "guessed" }),
          await knock("", "reconnect", "AAAA", { reconnectionToken: stolen }),
          await untilRefused(() => knock("", "reconnect", roomId, { reconnectionToken: stolen })),
        ];
      },
    },
    {
      name: "a role in the options of a join",
      async send() {
        const guest = await joinAs(url, "plaza", {
          name: "Boss",
          options: { role: "admin", auth: { role: "admin" } },
        });
        const refused = guest.message<{ code: string }>("refused");
        guest.send("command", { line: "/announce everybody out" });
        const { code } = await refused;
        guest.stop();
        return [`refused ${code}`];
      },
    },
  ];
}

/** A seat is let go of when the process has heard that the sign-in is over. */
async function untilRefused(knock: () => Promise<string>): Promise<string> {
  let answer = "";
  for (let tries = 0; tries < 20 && !/^4|^5/.test(answer); tries++) {
    answer = await knock();
    await new Promise((done) => setTimeout(done, 100));
  }
  return answer;
}
