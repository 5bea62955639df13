/** A kind of item and how many. */
export interface Item {
  readonly template: string;
  readonly qty: number;
}

/** Coins and items in words; empty: nothing. */
export function goodsText({ coins, items }: { coins: number; items: readonly Item[] }): string {
  const parts = items.map(({ template, qty }) => `${qty} ${template}`);
  return [
    ...(coins > 0 ? [`${coins.toLocaleString()} ${coins === 1 ? "coin" : "coins"}`] : []),
    ...parts,
  ].join(", ");
}

/** Prizes in words, by rank. */
export function aboutPrizes(
  prizes: readonly {
    ranks: readonly [number, number];
    share: number;
    coins: number;
    items: readonly Item[];
  }[],
): string {
  const one = ({ ranks: [first, last], share, ...goods }: (typeof prizes)[number]) => {
    const what = [
      ...(share > 0 ? [`${share} % of the pot`] : []),
      ...(goodsText(goods) ? [goodsText(goods)] : []),
    ];
    return `${first === last ? first : `${first}–${last}`}: ${what.join(" and ")}`;
  };
  return `Prizes · ${prizes.map(one).join(" · ")}`;
}

/** When a tournament begins or ends, or what became of it. @param now ms since 1970 */
export function startText(
  one: { state: string; opensAt: string; startsAt: string; endsAt: string | null; why: string | null },
  now: number,
): string {
  const until = (iso: string) => timeText((Date.parse(iso) - now) / 1_000);
  if (one.state === "announced")
    return `Registration opens in ${until(one.opensAt)}, the start is in ${until(one.startsAt)}`;
  if (one.state === "open") return `Starts in ${until(one.startsAt)}`;
  if (one.state === "running")
    return one.endsAt === null ? "Under way" : `Under way, ${until(one.endsAt)} to go`;
  return one.state === "cancelled" ? `Cancelled: ${one.why}` : "Over";
}

/** A time in its two largest units. */
export function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3_600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** What a round is called. */
export function roundName(round: number, rounds: number): string {
  const left = rounds - round;
  return left === 0 ? "Final" : left === 1 ? "Semi-finals" : left === 2 ? "Quarter-finals" : `Round ${round}`;
}
