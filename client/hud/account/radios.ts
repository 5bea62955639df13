/** Steps of the arrow keys in a radio group; Home and End go to its ends. */
const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/**
 * Lets a group of buttons with role `radio` be used as radios are: one is in the order of Tab, arrow keys
 * choose the next one and go to it.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/radio/
 */
export function radioKeys(count: number, choose: (index: number) => void) {
  return (event: KeyboardEvent & { currentTarget: HTMLElement }): void => {
    const radios = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=radio]")];
    const at = radios.indexOf(event.target as HTMLElement);
    const step = STEPS[event.key];
    const next =
      event.key === "Home" ? 0 : event.key === "End" ? count - 1 : step && (at + step + count) % count;
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    choose(next);
    radios[next]?.focus();
  };
}
