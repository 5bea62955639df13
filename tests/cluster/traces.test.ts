import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { joinAs } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, describeCluster } from "../helpers/cluster.ts";
import type { ServerProcess } from "../helpers/server-process.ts";

const SCRIPT = ["tests/helpers/servers/traced-server.ts"];

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: { readonly key: string; readonly value: object }[];
  readonly status: { readonly code?: number; readonly message?: string };
}
interface Exported {
  readonly resourceSpans: {
    readonly resource: { readonly attributes: { key: string; value: { stringValue?: string } }[] };
    readonly scopeSpans: { readonly spans: Span[] }[];
  }[];
}

/** A collector: it takes OTLP over HTTP, as JSON, as the exporter of `@opentelemetry` sends it. */
async function openCollector() {
  const spans: (Span & { readonly process: string })[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as Exported;
    for (const { resource, scopeSpans } of resourceSpans) {
      const id = resource.attributes.find(({ key }) => key === "service.instance.id")?.value.stringValue;
      for (const scope of scopeSpans)
        spans.push(...scope.spans.map((span) => ({ ...span, process: id ?? "" })));
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { spans, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describeCluster("traces", (open) => {
  let cluster: Cluster;
  let collector: Awaited<ReturnType<typeof openCollector>>;
  let processes: ServerProcess[];
  beforeAll(async () => {
    [cluster, collector] = await Promise.all([open(), openCollector()]);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    processes = await Promise.all([cluster.start(env, SCRIPT), cluster.start(env, SCRIPT)]);
  });
  afterAll(async () => {
    await cluster?.close();
    collector?.server.closeAllConnections();
    collector?.server.close();
  });

  it("a join that is asked of one process and played in another is one trace, down to the claim", async () => {
    const [first, second] = processes as [ServerProcess, ServerProcess];
    const ann = await joinAs(first.url, "plaza", { name: "Ann" });
    // Ann's room is in one of them: of the other one it is asked by its code.
    const code = ann.room.roomId;
    const players = [await joinAs(first.url, "plaza", { name: "Ben", code })];
    players.push(await joinAs(second.url, "plaza", { name: "Cat", code }));
    const { spans } = collector;
    const named = (name: string) => spans.filter((span) => span.name === name);
    await expect.poll(() => named("roomkeep.join.room").length).toBe(3);
    await expect.poll(() => named("roomkeep.join.seat").length).toBe(3);
    const traces = named("roomkeep.join.room").map((room) => {
      const seat = named("roomkeep.join.seat").find(({ spanId }) => spanId === room.parentSpanId);
      const claim = named("roomkeep.claim").find(({ parentSpanId }) => parentSpanId === room.spanId);
      return { room, seat, claim };
    });
    for (const { room, seat, claim } of traces) {
      expect(seat?.traceId).toBe(room.traceId);
      expect(claim?.traceId).toBe(room.traceId);
      expect(claim?.process).toBe(room.process);
    }
    // One of the three at least was asked of the process that has not got the room.
    expect(traces.filter(({ room, seat }) => seat?.process !== room.process).length).toBeGreaterThan(0);
    for (const player of [ann, ...players]) await player.leave();
    await expect.poll(() => named("roomkeep.save").length).toBeGreaterThanOrEqual(3);
    const sayers = spans.flatMap(({ attributes }) => attributes.map(({ value }) => JSON.stringify(value)));
    expect(sayers.filter((value) => /Ann|Ben|Cat/.test(value))).toEqual([]);
  });

  it("a refused join is a span that failed", async () => {
    const [first] = processes as [ServerProcess, ServerProcess];
    await expect(joinAs(first.url, "plaza", { code: "ZZZZ" })).rejects.toThrow();
    const { spans } = collector;
    const failed = () => spans.find(({ name, status }) => name === "roomkeep.join.seat" && status.code === 2);
    await expect.poll(failed).toBeDefined();
  });
});
