/** Levels are small numbers: a loud voice has about a quarter. */
const FULL = 0.25;

/** A level, 0 to 1, as part of what is shown: ears tell small ones apart better. */
export const shownOf = (level: number) => Math.min(1, Math.sqrt(level / FULL));
/** The level of a part. */
export const levelOf = (shown: number) => FULL * shown * shown;

/** How loud something is. */
export function Meter({ label, level }: { label: string; level: number }) {
  return <meter aria-label={label} min={0} max={1} value={shownOf(level)} />;
}
