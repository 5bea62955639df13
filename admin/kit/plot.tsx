import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

/** A line of a plot. Gaps are null. */
export interface PlotLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Name of a CSS colour of the page, such as `--accent`. */
  readonly color: string;
}

const HEIGHT = 190;

/** Lines over time. @param at ms since 1970, ascending */
export function Plot({
  title,
  at,
  lines,
  text,
}: {
  title: string;
  at: readonly number[];
  lines: readonly PlotLine[];
  text: (value: number) => string;
}) {
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const values = [at.map((ms) => ms / 1_000), ...lines.map((line) => [...line.values])] as uPlot.AlignedData;
  const latest = useRef(values);
  latest.current = values;

  // made once; `setData` below follows
  useEffect(() => {
    const place = root.current;
    if (!place) return;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(place, lines, text), latest.current, place);
    };
    make();
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: place.clientWidth, height: HEIGHT }),
    );
    size.observe(place);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", make);
    return () => {
      scheme.removeEventListener("change", make);
      size.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, []);
  useEffect(() => plot.current?.setData(latest.current));

  return (
    <figure class="sheet">
      <figcaption>
        <strong>{title}</strong>
      </figcaption>
      <div class="plot" ref={root} />
    </figure>
  );
}

function optionsOf(
  place: HTMLElement,
  lines: readonly PlotLine[],
  text: (value: number) => string,
): uPlot.Options {
  const css = getComputedStyle(place);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--faint"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { stroke: color("--line"), width: 1 },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    cursor: { y: false },
    legend: { live: true },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high || 0, 1e-9) * 1.1] } },
    axes: [
      { ...axis, values: (_plot, ticks) => ticks.map(clockText) },
      { ...axis, size: 56, values: (_plot, ticks) => ticks.map(text) },
    ],
    series: [
      { label: "at", value: (_plot, at) => (at === null ? "" : clockText(at, true)) },
      ...lines.map((line) => ({
        label: line.label,
        stroke: color(line.color),
        width: 1.5,
        points: { show: false },
        value: (_plot: uPlot, value: number | null) => (value === null ? "–" : text(value)),
      })),
    ],
  };
}

function clockText(seconds: number, withSeconds: unknown = false): string {
  const style = withSeconds === true ? ({ second: "2-digit" } as const) : {};
  return new Date(seconds * 1_000).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...style,
  });
}
