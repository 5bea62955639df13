const stamp = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const number = new Intl.NumberFormat("en-GB");

type Moment = string | number | null | undefined;

/** "28 Nov 2026, 04:30:12", in the time of this device. */
export function timeText(at: Moment): string {
  if (at === null || at === undefined || at === "") return "never";
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : stamp.format(date);
}

/** "3 min ago", "in 2 h". */
export function agoText(at: Moment, now = Date.now()): string {
  if (at === null || at === undefined) return "never";
  const ms = now - new Date(at).getTime();
  if (Number.isNaN(ms)) return String(at);
  const text = spanText(Math.abs(ms));
  return ms >= 0 ? `${text} ago` : `in ${text}`;
}

/** "42 s", "3 min", "2 h", "5 days". */
export function spanText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** "1.4 MB". */
export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "12.3 ms"; a dash where it is not known. */
export function msText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "–" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** "1 room", "2 rooms". */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : many}`;
}

export const percentText = (share: number): string => `${Math.round(share * 100)} %`;
export const numberText = (count: number): string => number.format(count);

/** A value as one would type it. */
export function valueText(value: unknown): string {
  if (value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
