import { playerName } from "roomkeep/shared";
import type { AccountPage, Page } from "../page-state.ts";
import { Characters } from "./account/characters.tsx";
import { NameField, AppearanceFields } from "./account/wardrobe.tsx";
import { RoomList, RecoveryForm } from "./places.tsx";

/** The first screen: who you are, and where to go. The character stands beside it in the world. */
export function JoinForm({ page }: { page: Page }) {
  const { session, account, invited, title, quickGame } = page;
  const busy = session.phase.value === "joining";
  const name = playerName.safeParse(account.characterList.appearance.value.name);
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
      <div class="row top">
        <h1 class="grow">
          {title} <b>·</b>
        </h1>
        <AccountButton page={page} />
      </div>
      <p>
        {invited.value ? `You are invited to room ${invited.value}.` : "Pick a look, walk in, meet people."}
      </p>
      <Characters page={page} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          play();
        }}
      >
        <NameField page={page} />
        <AppearanceFields page={page} />
        <button class="go" type="submit" disabled={busy || !name.success} style={{ marginTop: "1.1em" }}>
          {busy ? "Opening the gate…" : invited.value ? "Join your friends" : "Play"}
        </button>
      </form>
      <p class="problem" role="alert" hidden={!session.problem.value && !page.offline.value}>
        {session.problem.value || page.offline.value}
      </p>
      <RoomList page={page} busy={busy} />
      {account.profile.value?.kind !== "registered" && <RecoveryForm page={page} />}
    </main>
  );
}

/** Who is signed in, and the way to the account. */
function AccountButton({ page }: { page: Page }) {
  const who = page.account.profile.value;
  const [to, label]: [AccountPage, string] =
    who?.kind === "registered"
      ? ["you", who.name ?? "Account"]
      : who
        ? ["sign-up", "Make an account"]
        : ["sign-in", "Sign in"];
  return (
    <button
      type="button"
      class="who"
      title={who?.kind === "registered" ? "Your account" : undefined}
      onClick={() => {
        page.accountPage.value = to;
        page.overlay.value = "account";
      }}
    >
      {label}
    </button>
  );
}
