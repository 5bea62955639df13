import type * as OpenTelemetry from "@opentelemetry/api";
import type { BaseLogger } from "pino";
import { type TraceAttributes, type Tracing, useTracing } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";

/** Version 00 of W3C's form: trace, span, flags. */
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Sends spans of joins, journeys, claims, saves and bookings to OpenTelemetry, where an SDK was set before
 * the server started (`node --import ./tracing.js …`). Without one nothing is called any more.
 *
 * @param version of roomkeep
 * @returns how to stop
 */
export async function openTraces(version: string, log: Pick<BaseLogger, "info">): Promise<() => void> {
  const api = await import("@opentelemetry/api").catch(() => undefined);
  if (!api || !hasSdk(api)) return () => {};
  useTracing(tracingOf(api, version));
  log.info({}, "traces go to OpenTelemetry");
  return () => useTracing(undefined);
}

/** The API alone answers with a proxy that leads to nothing. */
function hasSdk({ trace, ProxyTracerProvider }: typeof OpenTelemetry): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("roomkeep") !== undefined;
}

/** Makes spans by the API of OpenTelemetry. */
function tracingOf(api: typeof OpenTelemetry, version: string): Tracing {
  const { context, SpanStatusCode, trace } = api;
  const tracer = trace.getTracer("roomkeep", version);
  return {
    span<T>(name: string, attributes: TraceAttributes, work: () => Promise<T>, parent?: string): Promise<T> {
      const within = parentOf(api, parent);
      const given = Object.entries(attributes).map(([key, value]) => [`roomkeep.${key}`, value]);
      return tracer.startActiveSpan(name, { attributes: Object.fromEntries(given) }, within, async (span) => {
        try {
          return await work();
        } catch (error) {
          // Texts of errors may have what players wrote.
          const message = error instanceof RoomkeepError ? error.code : "UNKNOWN";
          span.setStatus({ code: SpanStatusCode.ERROR, message });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    context() {
      const { traceId, spanId, traceFlags } = trace.getSpan(context.active())?.spanContext() ?? {};
      if (traceId === undefined || spanId === undefined) return undefined;
      return `00-${traceId}-${spanId}-${(traceFlags ?? 0).toString(16).padStart(2, "0")}`;
    },
  };
}

/** The span of another process, or what is under way here. */
function parentOf({ context, trace }: typeof OpenTelemetry, parent: string | undefined) {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(parent ?? "") ?? [];
  const active = context.active();
  if (traceId === undefined || spanId === undefined || flags === undefined) return active;
  return trace.setSpanContext(active, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}
