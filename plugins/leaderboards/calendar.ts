/** When something comes again, in UTC: the minutes, hours, days, months and weekdays on which it may. */
export interface Calendar {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
  /** True: a day of the month or a weekday is enough, as cron has it where both are given. */
  readonly eitherDay: boolean;
}

/** Least and greatest value of each field, in order. */
const FIELDS = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12 },
  { name: "weekday", least: 0, most: 7 },
] as const;

/** The 29th of February is away for at most eight years, about 2100. */
const DAYS_AHEAD = 8 * 366 + 1;
const DAY_MS = 86_400_000;

/**
 * Reads a cron of five fields: minute, hour, day of the month, month, weekday (0 or 7 is Sunday), each `*`, a
 * number, a range `1-5`, one in steps `0-59/15`, or a list of these. Always UTC, so that no clock change
 * skips or doubles a time.
 *
 * @returns the calendar, or why the text is none
 * @example
 * readCalendar("0 0 * * 1"); // Mondays at midnight
 */
export function readCalendar(text: string): Calendar | { readonly problem: string } {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) return { problem: "has not the five fields of a cron" };
  const sets: Set<number>[] = [];
  for (const [at, field] of FIELDS.entries()) {
    const set = valuesOf(parts[at] ?? "", field.least, field.most);
    if (!set) return { problem: `has no valid ${field.name}` };
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.delete(7)) weekdays.add(0);
  const eitherDay = !parts[2]?.startsWith("*") && !parts[4]?.startsWith("*");
  const calendar = { minutes, hours, days, months, weekdays, eitherDay };
  return nextTime(calendar, 0) === undefined ? { problem: "never comes" } : calendar;
}

function valuesOf(part: string, least: number, most: number): Set<number> | undefined {
  const values = new Set<number>();
  for (const piece of part.split(",")) {
    const [, range = "", step = "1"] = /^(\*|\d{1,2}(?:-\d{1,2})?)(?:\/(\d{1,2}))?$/.exec(piece) ?? [];
    const [from = "", to = from] = range === "*" ? [`${least}`, `${most}`] : range.split("-");
    const [first, last, by] = [from, piece.includes("/") && !range.includes("-") ? `${most}` : to, step].map(
      Number,
    ) as [number, number, number];
    if (range === "" || by < 1 || first < least || last > most || first > last) return undefined;
    for (let value = first; value <= last; value += by) values.add(value);
  }
  return values;
}

/**
 * The first time of a calendar that is later than a moment.
 *
 * @param afterMs ms since 1970
 * @returns ms since 1970; undefined: it never comes
 */
export function nextTime(calendar: Calendar, afterMs: number): number | undefined {
  const first = Math.floor(afterMs / 60_000) * 60_000 + 60_000;
  let day = Math.floor(first / DAY_MS) * DAY_MS;
  for (let n = 0; n < DAYS_AHEAD; n++, day += DAY_MS) {
    if (!isOn(calendar, new Date(day))) continue;
    for (let minute = Math.max(0, (first - day) / 60_000); minute < 1_440; minute++)
      if (calendar.hours.has(Math.floor(minute / 60)) && calendar.minutes.has(minute % 60))
        return day + minute * 60_000;
  }
  return undefined;
}

function isOn({ days, months, weekdays, eitherDay }: Calendar, day: Date): boolean {
  const [ofMonth, ofWeek] = [days.has(day.getUTCDate()), weekdays.has(day.getUTCDay())];
  return months.has(day.getUTCMonth() + 1) && (eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
}
