import { playerName } from "roomkeep/shared";
import type { Page } from "./page-state.ts";
import { Places, Recovery } from "./places.tsx";
import { NameField, Wardrobe } from "./wardrobe.tsx";

/** The first screen: who you are, and where to go. The character stands beside it in the world. */
export function Door({ page }: { page: Page }) {
  const { session, account, invited, title, quickGame } = page;
  const busy = session.phase.value === "joining";
  const name = playerName.safeParse(account.looks.value.name);
  const play = () => {
    if (busy || !name.success) return;
    const goal = invited.value ? { code: invited.value } : { game: quickGame.value };
    void session.join(goal).then(() => {
      // A link that leads nowhere is told once; then Play means any room.
      if (session.problem.value) invited.value = "";
    });
  };
  return (
    <main class="card door">
      <h1>
        {title} <b>·</b>
      </h1>
      <p>
        {invited.value ? `You are invited to room ${invited.value}.` : "Pick a look, walk in, meet people."}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          play();
        }}
      >
        <NameField page={page} />
        <Wardrobe page={page} />
        <button class="go" type="submit" disabled={busy || !name.success} style={{ marginTop: "1.1em" }}>
          {busy ? "Opening the gate…" : invited.value ? "Join your friends" : "Play"}
        </button>
      </form>
      <p class="problem" role="alert" hidden={!session.problem.value && !page.offline.value}>
        {session.problem.value || page.offline.value}
      </p>
      <Places page={page} busy={busy} />
      <Recovery page={page} />
    </main>
  );
}
