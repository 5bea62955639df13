import type { Queue } from "./queue.ts";
import { nearRanges, rangeOf, ratingOf, regionsOf } from "./ranges.ts";
import type { MatchTicket } from "./tickets.ts";

/** A ticket with what it takes at the time of a pass. */
export interface Waiting {
  readonly ticket: MatchTicket;
  readonly rating: number;
  /** How far the ratings of the others may lie from it. */
  readonly range: number;
  readonly regions: number;
  readonly near: readonly number[];
  /** It waits for so long that its own range is enough. */
  readonly isAlone: boolean;
}

/** What a ticket takes by now. */
export function waitingOf(queue: Queue, ticket: MatchTicket): Waiting {
  return {
    ticket,
    rating: ratingOf(ticket),
    range: rangeOf(queue, ticket.waitedS),
    regions: regionsOf(queue, ticket),
    near: nearRanges(queue, ticket.waitedS),
    isAlone: ticket.waitedS >= queue.widen.aloneS,
  };
}

/** A number that all of a group have to be near to: the least and most there are, and those that all take. */
interface Span {
  least: number;
  most: number;
  from: number;
  to: number;
}

/** Tickets that may play together: each takes each of the others. */
export interface Group {
  readonly tickets: readonly MatchTicket[];
  readonly players: number;
  /** Sets that all of them take. */
  readonly regions: number;
  readonly any: readonly number[];
  /** Adds a ticket if it and all others take each other. */
  add(one: Waiting): boolean;
  /** Takes the ticket out again that was added last. */
  undo(): void;
}

interface State {
  readonly tickets: readonly MatchTicket[];
  readonly players: number;
  readonly regions: number;
  readonly any: readonly number[];
  readonly spans: readonly Span[];
}

/** Opens a group around a ticket. */
export function openGroup(anchor: Waiting): Group {
  let now: State = {
    tickets: [anchor.ticket],
    players: anchor.ticket.players.length,
    regions: anchor.regions,
    any: anchor.ticket.any,
    spans: numbersOf(anchor).map(([at, range]) => ({
      least: at,
      most: at,
      from: at - range,
      to: at + range,
    })),
  };
  const before: State[] = [];
  return {
    get tickets() {
      return now.tickets;
    },
    get players() {
      return now.players;
    },
    get regions() {
      return now.regions;
    },
    get any() {
      return now.any;
    },
    add(one) {
      const regions = now.regions & one.regions;
      const any = now.any.map((set, index) => set & (one.ticket.any[index] ?? 0));
      if (regions === 0 || any.includes(0)) return false;
      const spans: Span[] = [];
      for (const [index, [at, own]] of numbersOf(one).entries()) {
        const { least, most, from, to } = now.spans[index] as Span;
        // Somebody who has waited for long is not left over because the others have just come.
        const range = anchor.isAlone && index === 0 ? Math.max(own, anchor.range * 2) : own;
        if (at < from || at > to || least < at - range || most > at + range) return false;
        spans.push({
          least: Math.min(least, at),
          most: Math.max(most, at),
          from: Math.max(from, at - range),
          to: Math.min(to, at + range),
        });
      }
      before.push(now);
      now = {
        tickets: [...now.tickets, one.ticket],
        players: now.players + one.ticket.players.length,
        regions,
        any,
        spans,
      };
      return true;
    },
    undo() {
      now = before.pop() ?? now;
    },
  };
}

/** The rating first, then the "near" properties, each with its range. */
function numbersOf({ rating, range, near, ticket }: Waiting): [at: number, range: number][] {
  return [
    [rating, range],
    ...near.map((within, index): [number, number] => [ticket.near[index] ?? 0, within]),
  ];
}
