import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { expect, onTestFinished, test } from "vitest";
import type { Alert } from "../../../server/desk/alerts/alert.ts";
import { type Channel, openDelivery } from "../../../server/desk/alerts/delivery.ts";
import { toldOf } from "../../../server/desk/alerts/rules.ts";
import { smtpChannel } from "../../../server/desk/alerts/smtp.ts";
import { webhookChannel } from "../../../server/desk/alerts/webhook.ts";
import { testLog } from "../../helpers/databases.ts";

const SECRET = "a secret of the webhook";

const alertOf = (id: string, recoveredAt: number | null = null): Alert =>
  toldOf({
    id,
    rule: "memory",
    subject: "host:2567",
    severity: "critical",
    value: 91,
    threshold: 85,
    firedAt: 1_000,
    toldAt: 1_000,
    times: 1,
    recoveredAt,
    acknowledgedAt: null,
    acknowledgedBy: null,
  });

/** A real endpoint, which does with each request what comes next in the list, and takes what comes after. */
async function openHook(...doing: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const taken: { headers: IncomingMessage["headers"]; body: string }[] = [];
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request).catch(() => "");
    asked.push(body);
    const next = doing.shift();
    if (next) return next(request, response);
    taken.push({ headers: request.headers, body });
    response.writeHead(204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, taken, asked, server };
}

function deliver(channel: Channel) {
  const delivery = openDelivery({ channel, log: testLog, pauseMs: 5, answerMs: 300 });
  onTestFinished(() => delivery.close());
  return delivery;
}

test("a webhook that refuses, breaks off and hangs gets each alert in order when it takes them, signed", async () => {
  const elsewhere = await openHook();
  const hook = await openHook(
    (_request, response) => void response.writeHead(503).end(),
    (request) => void request.socket.destroy(),
    () => {}, // hangs
    (_request, response) => void response.writeHead(307, { location: elsewhere.url }).end(),
    (_request, response) => void response.writeHead(200).write("half of"), // never ends its answer
  );
  const delivery = deliver(webhookChannel({ url: hook.url, secret: SECRET }));
  delivery.push(alertOf("a"));
  delivery.push(alertOf("a", 5_000));
  delivery.push(alertOf("b"));
  await delivery.idle();
  // Where it is led on to nobody hears of it.
  expect(elsewhere.asked).toEqual([]);
  // The half answer was a good one.
  expect(hook.asked).toHaveLength(7);
  expect(hook.asked.slice(0, 5).every((body) => body === hook.asked[0])).toBe(true);
  expect(hook.taken.map(({ body }) => JSON.parse(body))).toEqual([
    { type: "alert.recovered", alert: alertOf("a", 5_000) },
    { type: "alert.firing", alert: alertOf("b") },
  ]);
  for (const { headers, body } of hook.taken) {
    const timestamp = String(headers["x-roomkeep-timestamp"]);
    // As a receiver computes it, by what the page of the docs says.
    const signed = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
    expect(headers["x-roomkeep-signature"]).toBe(`v1=${signed}`);
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(600);
  }
  expect(hook.taken.map(({ headers }) => headers["x-roomkeep-delivery"])).toEqual([
    "a.recovered.1",
    "b.firing.1",
  ]);
});

test("what nobody takes is given up after ten tries, and a hundred wait at most", async () => {
  let tries = 0;
  const delivery = deliver({
    name: "test",
    async send({ id }) {
      tries += 1;
      if (id !== "n199") throw new Error("no");
    },
  });
  for (let n = 0; n < 200; n++) delivery.push(alertOf(`n${n}`));
  delivery.close();
  await delivery.idle();
  expect(tries).toBe(1); // the end of the process ends it
  tries = 0;
  const second = openDelivery({
    channel: {
      name: "test",
      send: async () => {
        tries += 1;
        throw new Error("no");
      },
    },
    log: testLog,
    pauseMs: 0,
  });
  for (let n = 0; n < 200; n++) second.push(alertOf(`n${n}`));
  await second.idle();
  expect(tries).toBe(101 * 10); // the first was under way
});

test("an endpoint that hangs keeps neither the end of the process nor another one waiting", async () => {
  const hook = await openHook(() => {});
  const other = await openHook();
  const stuck = openDelivery({ channel: webhookChannel({ url: hook.url, secret: SECRET }), log: testLog });
  const quick = deliver(webhookChannel({ url: other.url, secret: SECRET }));
  stuck.push(alertOf("a"));
  quick.push(alertOf("a"));
  await quick.idle();
  expect(other.taken).toHaveLength(1);
  stuck.close();
  await stuck.idle();
});

test("mail goes to all receivers by a real server, after it was away", async () => {
  const mails: { to: string[]; body: string; user: unknown }[] = [];
  let isAway = true;
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    onAuth: ({ username, password }, _session, done) =>
      password === "let me" ? done(null, { user: username }) : done(new Error("wrong")),
    onConnect: (_session, done) => done(isAway ? new Error("later") : undefined),
    onData(stream, session, done) {
      text(stream).then((body) => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, body, user: session.user });
        done();
      }, done);
    },
  });
  server.on("error", () => {});
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  onTestFinished(() => void server.close());
  const { port } = listening.address() as AddressInfo;
  const mail = await smtpChannel({
    to: ["ops@example.org", "night@example.org"],
    from: "Roomkeep <roomkeep@example.org>",
    smtp: `smtp://ops:let%20me@127.0.0.1:${port}`,
  });
  onTestFinished(() => mail.close());
  let tries = 0;
  const delivery = openDelivery({
    channel: {
      name: "mail",
      async send(alert, signal) {
        tries += 1;
        isAway = tries < 3;
        await mail.send(alert, signal);
      },
    },
    log: testLog,
    pauseMs: 5,
  });
  delivery.push(alertOf("a"));
  await delivery.idle();
  expect(tries).toBe(3);
  expect(mails).toMatchObject([{ to: ["ops@example.org", "night@example.org"], user: "ops" }]);
  expect(mails[0]?.body).toContain("Subject: [roomkeep] critical: host:2567: 91 % of the memory is used");
  expect(mails[0]?.body).toContain("since: 1970-01-01T00:00:01.000Z");
});
