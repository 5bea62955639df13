import type { Session } from "../../network/session.ts";

/** The reconnection banner: the connection is lost, and the page tries again by itself. */
export function ReconnectBanner({ session }: { session: Session }) {
  const phase = session.phase.value;
  if (phase.kind !== "reconnecting") return null;
  return (
    <div class="banner" role="status">
      <span class="spin" />
      {phase.text}
    </div>
  );
}
