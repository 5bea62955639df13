import { Histogram, type HistogramConfiguration, type MetricType } from "prom-client";

/** What is known of the ticks of one game. */
export interface TickSums {
  readonly game: string;
  readonly count: number;
  readonly seconds: number;
  /** Ticks of at most so many seconds. */
  readonly within: readonly { readonly le: string; readonly count: number }[];
}

/**
 * A histogram whose sums are kept elsewhere: prom-client's own would have to observe each of thousands of
 * ticks a second.
 */
export class TickHistogram extends Histogram<"game"> {
  readonly #options: HistogramConfiguration<"game">;
  readonly #sums: () => readonly TickSums[];

  constructor(options: HistogramConfiguration<"game">, sums: () => readonly TickSums[]) {
    super(options);
    this.#options = options;
    this.#sums = sums;
  }

  override async get() {
    const { name, help } = this.#options;
    const values = this.#sums().flatMap(({ game, count, seconds, within }) => [
      ...within.map(({ le, count: some }) => sampleOf(`${name}_bucket`, { game, le }, some)),
      sampleOf(`${name}_bucket`, { game, le: "+Inf" }, count),
      sampleOf(`${name}_sum`, { game }, seconds),
      sampleOf(`${name}_count`, { game }, count),
    ]);
    // The package's enum is there for types alone.
    const type = "histogram" as unknown as MetricType;
    return { name, help, type, values, aggregator: "sum" as const, collect: () => {} };
  }

  /** What the registry writes: it has a form of its own where a metric has this method. */
  async getForPromString() {
    return this.get();
  }
}

const sampleOf = (metricName: string, labels: Record<string, string>, value: number) => {
  return { metricName, labels, value, exemplar: null } as never;
};
