/** What a span tells besides its name. */
export type TraceAttributes = Readonly<Record<string, string | number | boolean>>;

/** Where spans go; the server makes one of OpenTelemetry's. */
export interface Tracing {
  /**
   * Runs work in a span of its own: what it begins is within.
   * @param parent a trace context of another process, such as {@link Tracing.context} gave
   */
  span<T>(name: string, attributes: TraceAttributes, work: () => Promise<T>, parent?: string): Promise<T>;
  /** The present span, for another process, in the form of W3C's `traceparent`; undefined: there is none. */
  context(): string | undefined;
}

let tracing: Tracing | undefined;

/** Sends spans there from now on; undefined: nowhere, which costs nothing. */
export function useTracing(next: Tracing | undefined): void {
  tracing = next;
}

/** Runs work, in a span where there is tracing. */
export function traced<T>(
  name: string,
  attributes: () => TraceAttributes,
  work: () => Promise<T>,
  parent?: string,
): Promise<T> {
  return tracing ? tracing.span(name, attributes(), work, parent) : work();
}

/** The present span for another process; undefined: there is none. */
export function traceContext(): string | undefined {
  return tracing?.context();
}
