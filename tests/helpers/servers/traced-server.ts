// A server process with OpenTelemetry's SDK, which sends its spans to OTEL_EXPORTER_OTLP_ENDPOINT.
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

// #region sdk
const resource = resourceFromAttributes({
  "service.name": "roomkeep",
  "service.instance.id": String(process.pid),
});
const exporter = new OTLPTraceExporter(); // to OTEL_EXPORTER_OTLP_ENDPOINT
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(
  new TracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
);
// #endregion

const { readConfig, startServer } = await import("roomkeep/server");
const { stopOnSignal, tellParent } = await import("../../../server/cli/start.ts");
const { games } = await import("../../../server/main.ts");
const server = await startServer(games, readConfig(process.env));
stopOnSignal(server);
tellParent(server);
