import type { Series, SeriesPoint } from "../api/shapes.ts";

const COLUMNS = [
  "players",
  "rooms",
  "tickP99Ms",
  "busy",
  "memory",
  "ticks",
  "late",
  "joined",
  "refused",
  "processes",
  "away",
] as const;

/** A series that has a newer step at its end; the same step again takes the place of what it was. */
export function withPoint(series: Series, point: SeriesPoint): Series {
  const last = series.at.at(-1);
  if (last !== undefined && point.at < last) return series;
  const isSame = last === point.at;
  const columns = Object.fromEntries(
    COLUMNS.map((name) => {
      const column = series[name];
      const next = [...(isSame ? column.slice(0, -1) : column.slice(1)), point[name]];
      return [name, next];
    }),
  ) as unknown as Omit<Series, "stepS" | "at">;
  return { stepS: series.stepS, at: isSame ? series.at : [...series.at.slice(1), point.at], ...columns };
}
