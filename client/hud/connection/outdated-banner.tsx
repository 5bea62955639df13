import type { Session } from "../../network/session.ts";

/** The page is of another build than the server, and a reload brought the same one again. */
export function OutdatedBanner({ session }: { session: Session }) {
  if (!session.outdated.value) return null;
  return (
    <div class="banner outdated" role="status">
      This page is of another version than the server.
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </div>
  );
}
