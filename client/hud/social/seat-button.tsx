import type { Session } from "../../network/session.ts";

/** The seat that a spectator may take, while one is free. */
export function SeatButton({ session }: { session: Session }) {
  const { as, seat } = session.viewing.value ?? {};
  if (as !== "spectator") return null;
  return (
    <button
      type="button"
      class="seat"
      disabled={!seat}
      title={seat ? "Play along" : "All seats are taken; the button wakes up when one is free."}
      onClick={() => session.takeSeat()}
    >
      {seat ? "Take a seat" : "No seat"}
    </button>
  );
}
