import { type Signal, signal } from "@preact/signals";

const KEY = "roomkeep.voice";

/** What a person has set, kept in the browser. */
export interface VoicePreferences {
  /** `push`: while a key or the button is held; `activity`: while it is louder than the threshold. */
  readonly mode: "push" | "activity";
  /** Level from which a voice is sent, 0 to 1. */
  readonly threshold: number;
  /** Id of the input device; empty: the usual one. */
  readonly device: string;
  readonly noiseSuppression: boolean;
  readonly echoCancellation: boolean;
}

const USUAL: VoicePreferences = {
  mode: "push",
  threshold: 0.02,
  device: "",
  noiseSuppression: true,
  echoCancellation: true,
};

/** Reads what was set; each change of the signal by {@link store} is kept. */
export function readPreferences(): Signal<VoicePreferences> {
  return signal({ ...USUAL, ...stored() });
}

/** Keeps a change; where the browser stores nothing, until the page is closed. */
export function store(preferences: Signal<VoicePreferences>, change: Partial<VoicePreferences>): void {
  preferences.value = { ...preferences.value, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // Full or blocked.
  }
}

function stored(): Partial<VoicePreferences> {
  try {
    const all = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Record<string, unknown>;
    const fits = Object.entries(USUAL).filter(([key, usual]) => typeof all[key] === typeof usual);
    return Object.fromEntries(fits.map(([key]) => [key, all[key]]));
  } catch {
    return {};
  }
}
