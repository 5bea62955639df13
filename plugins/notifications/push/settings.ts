import type { VapidSettings } from "./vapid.ts";

/** Settings of messages to closed pages. */
export interface PushSettings extends VapidSettings {
  /** Hosts of push services, with commas between them. */
  readonly pushHosts: string;
  /** True: addresses of the own network too. */
  readonly pushPrivate: boolean;
  /** Path of a PEM file with one more authority; empty: none. */
  readonly pushCa: string;
  /** Heading of what a closed page shows. */
  readonly pushTitle: string;
  /** Seconds after which it is pushed, unless it was read by then. */
  readonly pushAfterS: number;
  /** Seconds before the second try; before each further one four times as long. */
  readonly pushRetryS: number;
  readonly devicesMax: number;
}
