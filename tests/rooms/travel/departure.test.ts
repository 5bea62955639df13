import { expect, test, vi } from "vitest";
import {
  beginHandOver,
  beginReturn,
  type Departure,
  failHandOver,
  freeze,
  isHandedOver,
  receiveSeat,
  receiveTicket,
  ticketOf,
} from "../../../rooms/travel/departure.ts";
import type { SeatReservation } from "../../../shared/protocol/messages.ts";

const seat = { name: "mine" } as SeatReservation;

/** A departure at the step of the hand-over that is named. */
function at(step: Departure["state"]["at"], arrived: () => void = () => {}): Departure {
  const departure = freeze("mine", "Mine");
  if (step === "frozen") return departure;
  beginHandOver(departure);
  if (step === "handing-over") return departure;
  receiveTicket(departure, "ticket");
  if (step === "following") receiveSeat(departure, seat, () => setTimeout(arrived, 1));
  if (step === "returning") beginReturn(departure);
  return departure;
}

test.each([
  ["frozen", { ticket: undefined, saved: false, returns: false }],
  ["handing-over", { ticket: undefined, saved: true, returns: false }],
  ["seating", { ticket: "ticket", saved: true, returns: true }],
  ["following", { ticket: "ticket", saved: true, returns: true }],
  ["returning", { ticket: "ticket", saved: true, returns: false }],
] as const)("%s: who has the character, and whether it can be taken back", (step, expected) => {
  const departure = at(step);
  expect(departure.state.at).toBe(step);
  expect(ticketOf(departure)).toBe(expected.ticket);
  expect(isHandedOver(departure)).toBe(expected.saved);
  expect(beginReturn(departure)?.ticket).toBe(expected.returns ? "ticket" : undefined);
});

test("a hand-over that failed leaves the character with the room", () => {
  const departure = at("handing-over");
  failHandOver(departure);
  expect(isHandedOver(departure)).toBe(false);
});

test("a seat that comes while the character is taken back leads nowhere, and nobody waits for an arrival", () => {
  const departure = at("returning");
  const wait = vi.fn(() => setTimeout(() => {}, 1));
  expect(receiveSeat(departure, seat, wait)).toBe(false);
  expect(departure.state).toEqual({ at: "returning", ticket: "ticket" });
  expect(wait).not.toHaveBeenCalled();
});

test("a seat is given back with the ticket, so that it can be freed", () => {
  expect(beginReturn(at("following"))).toEqual({ ticket: "ticket", seat });
  expect(beginReturn(at("seating"))).toEqual({ ticket: "ticket", seat: undefined });
});

test("the wait for an arrival ends when the character is taken back", () => {
  vi.useFakeTimers();
  try {
    const late = vi.fn();
    beginReturn(at("following", late));
    vi.runAllTimers();
    expect(late).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});
