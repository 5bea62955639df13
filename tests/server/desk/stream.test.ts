import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openStream, type StreamReader } from "../../../server/desk/stream/stream.ts";

const good: StreamReader = { id: "ann", isGood: async () => true };

async function open(reader: () => StreamReader = () => good) {
  const clock = { now: 0 };
  const stream = openStream(
    () => ({ at: clock.now }),
    () => clock.now,
  );
  const server = createServer((_request, response) => {
    if (!stream.attach(response, reader())) response.writeHead(429).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    stream.close();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** A reader: the events that came, by name. */
  const read = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    const events: string[] = [];
    const ended = (async () => {
      for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>)
        events.push(
          ...(Buffer.from(piece)
            .toString()
            .match(/^event: .*\ndata: .*$/gm) ?? []),
        );
    })().catch(() => {});
    return { answer, events, ended };
  };
  return { stream, clock, port, read };
}

test("readers get an overview at once and then what is published, each its own", async () => {
  const { stream, read } = await open();
  const [one, two] = [await read(), await read()];
  expect(one.answer.headers.get("content-type")).toContain("text/event-stream");
  stream.publish("alert", { id: "a", text: "two\nlines" });
  const expected = ['event: overview\ndata: {"at":0}', 'event: alert\ndata: {"id":"a","text":"two\\nlines"}'];
  await expect.poll(() => one.events).toEqual(expected);
  await expect.poll(() => two.events).toEqual(expected);
  stream.close();
  await Promise.all([one.ended, two.ended]);
  expect(one.events.at(-1)).toBe('event: end\ndata: {"code":"ROOM_CLOSED"}');
});

test("a session that ends, ends its stream and no other", async () => {
  let isGood = true;
  const readers = [{ id: "ann", isGood: async () => isGood }, good];
  const { stream, read } = await open(() => readers.shift() ?? good);
  const [one, two] = [await read(), await read()];
  await stream.recheck();
  expect(stream.count).toBe(2);
  isGood = false;
  await stream.recheck();
  await one.ended;
  expect(one.events.at(-1)).toBe('event: end\ndata: {"code":"TOKEN_REVOKED"}');
  expect(stream.count).toBe(1);
  stream.publish("alert", 1);
  await expect.poll(() => two.events.at(-1)).toBe("event: alert\ndata: 1");
});

test("an operator has eight streams at most", async () => {
  const { stream, read } = await open();
  const all = await Promise.all(Array.from({ length: 10 }, read));
  expect(all.map(({ answer }) => answer.status).filter((status) => status === 200)).toHaveLength(8);
  expect(stream.count).toBe(8);
});

test("a process has 64 streams at most, and none once it ends", async () => {
  let n = 0;
  const { stream, read } = await open(() => ({ id: `operator-${n++}`, isGood: async () => true }));
  const all = await Promise.all(Array.from({ length: 66 }, read));
  expect(all.filter(({ answer }) => answer.status === 200)).toHaveLength(64);
  stream.close();
  expect((await read()).answer.status).toBe(429);
  expect(stream.count).toBe(0);
});

test("a stream goes on while nobody can tell whether its session has ended", async () => {
  const away = { id: "ann", isGood: () => Promise.reject(new Error("the database is away")) };
  const { stream, read } = await open(() => away);
  const { events } = await read();
  await stream.recheck();
  expect(stream.count).toBe(1);
  stream.publish("alert", 1);
  await expect.poll(() => events.at(-1)).toBe("event: alert\ndata: 1");
});

test("who does not read is let go, by bytes or by time, and keeps nobody else waiting", async () => {
  const { stream, clock, port, read } = await open();
  const reading = await read();
  const stuck = connect(port, "127.0.0.1");
  stuck.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  stuck.on("error", () => {});
  await once(stuck, "readable"); // it began, and is read no further
  stuck.pause();
  await expect.poll(() => stream.count).toBe(2);
  const line = "x".repeat(100_000);
  // More than what the sockets of both sides take, and a megabyte.
  for (let n = 0; n < 400 && stream.count === 2; n++) {
    const { length } = reading.events;
    stream.publish("audit", line);
    await expect.poll(() => reading.events.length > length || stream.count === 1).toBe(true);
  }
  expect(stream.count).toBe(1);
  const late = connect(port, "127.0.0.1");
  late.on("error", () => {});
  late.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await once(late, "readable");
  late.pause();
  await expect.poll(() => stream.count).toBe(2);
  for (let n = 0; n < 400 && stream.count === 2; n++) {
    const { length } = reading.events;
    stream.publish("overview", line);
    await expect.poll(() => reading.events.length > length || stream.count === 1).toBe(true);
    clock.now += 6_000;
  }
  expect(stream.count).toBe(1);
  stuck.destroy();
  late.destroy();
});
