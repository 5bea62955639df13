import { drawLines } from "../../bench/line-chart.ts";
import type { Summary } from "./summary.ts";

/** Seconds, and units of skill, up to which the charts go. */
const [WAIT_MOST, SPREAD_MOST] = [40, 40];

/** The distributions of a run as SVG, by the name of their file. */
export function chartsOf(matchers: readonly Summary[], note: string): Record<string, string> {
  const lines = (of: "waitS" | "spread") =>
    matchers.map(({ name, distribution }) => ({
      label: name,
      ours: name === "roomkeep",
      points: distribution[of].map((value, percent) => [value, percent] as const),
    }));
  return {
    "matchmaking-wait.svg": drawLines({
      title: "How long people wait for a match",
      note,
      lines: lines("waitS"),
      x: { most: WAIT_MOST, label: "seconds" },
      y: { most: 100, label: "per cent of waits that are over" },
    }),
    "matchmaking-spread.svg": drawLines({
      title: "How far apart people of one match are",
      note,
      lines: lines("spread"),
      x: {
        most: SPREAD_MOST,
        label: "true skill of the best less that of the worst (the people's own spread is 8.33)",
      },
      y: { most: 100, label: "per cent of matches" },
    }),
  };
}
