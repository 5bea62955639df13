import { signal } from "@preact/signals";
import { addressOf } from "./ask.ts";
import { me } from "./session.ts";
import type { Alert, ProcessNow, Report, SeriesPoint } from "./shapes.ts";

/** What the server tells by itself. */
export interface Events {
  overview: { at: number; processes: ProcessNow[]; point: SeriesPoint };
  alert: Alert;
  report: Pick<Report, "id" | "game" | "reason">;
  audit: unknown;
}

type Hear<Kind extends keyof Events> = (event: Events[Kind]) => void;

/** Whether the stream is open. */
export const isLive = signal(false);
const heard = new Map<keyof Events, Set<(event: never) => void>>();
let source: EventSource | undefined;

/** Hears events of a kind from now on. @returns stops it */
export function hear<Kind extends keyof Events>(kind: Kind, listener: Hear<Kind>): () => void {
  const listeners = heard.get(kind) ?? new Set();
  heard.set(kind, listeners);
  listeners.add(listener as (event: never) => void);
  return () => listeners.delete(listener as (event: never) => void);
}

/** Opens the stream for as long as somebody is signed in. */
export function followStream(): void {
  me.subscribe((who) => {
    if (who && !source) open();
    else if (!who) close();
  });
}

function open(): void {
  source = new EventSource(addressOf("stream"));
  source.addEventListener("open", () => {
    isLive.value = true;
  });
  source.addEventListener("error", () => {
    isLive.value = false;
    // A browser tries again by itself, but not after an answer that is no stream.
    if (source?.readyState === EventSource.CLOSED) {
      close();
      setTimeout(() => me.value && !source && open(), 10_000);
    }
  });
  for (const kind of ["overview", "alert", "report", "audit"] as const)
    source.addEventListener(kind, ({ data }: MessageEvent<string>) => {
      for (const listener of heard.get(kind) ?? []) listener(JSON.parse(data) as never);
    });
}

function close(): void {
  source?.close();
  source = undefined;
  isLive.value = false;
}
