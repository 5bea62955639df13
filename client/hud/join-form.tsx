import type { ReadonlySignal } from "@preact/signals";
import { useState } from "preact/hooks";
import { playerName } from "../../shared/internal.ts";
import type { Account } from "../account/account.ts";
import type { PlayTarget } from "../account/play-target.ts";
import type { RoomListStore } from "../account/room-list.ts";
import type { Viewport } from "../device/viewport.ts";
import type { MatchEntry } from "../network/api.ts";
import { readRoomCode } from "../network/room-code.ts";
import type { Session } from "../network/session.ts";
import type { OverlayStore } from "../overlays.ts";
import type { PagePanel } from "../panel.ts";
import { AppearanceFields, NameField } from "./account/appearance.tsx";
import { Characters } from "./account/characters.tsx";
import { RecoveryForm } from "./account/recovery-form.tsx";
import { Standing } from "./account/standing.tsx";
import { MyGames } from "./my-games.tsx";
import { RoomList } from "./room-list.tsx";
import { Waiting } from "./tabs.tsx";

interface JoinFormProps {
  title: string;
  session: Session;
  account: Account;
  roomList: RoomListStore;
  myGames: ReadonlySignal<readonly MatchEntry[]>;
  playTarget: PlayTarget;
  overlays: OverlayStore;
  viewport: Viewport;
  /** Those of plugins that one opens without a room: about people, and contests. */
  panels: readonly PagePanel[];
  /** Whether Play leads to a game without a world, which may be played on a screen that shows a code. */
  isPanel: boolean;
}

/** The first screen: the character, and the room to join. The character stands beside it in the world. */
export function JoinForm(props: JoinFormProps) {
  const { title, session, account, roomList, playTarget, overlays, viewport } = props;
  const invitation = playTarget.invitation.value;
  const joining = session.phase.value.kind === "joining";
  const problem = session.problem.value || roomList.problem.value;
  if (viewport.phone && (invitation || props.isPanel)) return <ShortForm {...props} problem={problem} />;
  return (
    <main class="card door">
      <div class="row top">
        <h1 class="grow">
          {title} <b>·</b>
        </h1>
        <AccountButton account={account} overlays={overlays} />
      </div>
      <p>
        {invitation
          ? `You are invited to ${playTarget.watches ? "watch " : ""}room ${invitation}.`
          : "Choose a name and a look, then press Play."}
      </p>
      <Standing account={account} />
      <Characters account={account} />
      <PlayForm session={session} account={account} playTarget={playTarget} />
      <PanelButtons {...props} />
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
      <FullRoom session={session} playTarget={playTarget} />
      <OwnGames {...props} />
      <RoomList
        session={session}
        roomList={roomList}
        playTarget={playTarget}
        unfolded={!viewport.narrow.value}
        disabled={joining}
      />
      {account.profile.value?.kind !== "registered" && (
        <RecoveryForm account={account} problem={session.problem} />
      )}
    </main>
  );
}

/** The ways to friends, boards and matches, for who has an account or plays as a guest. */
function PanelButtons({ account, panels, overlays }: JoinFormProps) {
  const pages = panels.filter(({ slot }) => slot === "people" || slot === "contests");
  if (pages.length === 0 || !account.profile.value) return null;
  return (
    <nav class="row pages" aria-label="People and contests">
      {pages.map((panel) => (
        <button key={panel.name} type="button" onClick={() => overlays.showPanel(panel)}>
          {panel.button ?? panel.title}
          <Waiting count={panel.waiting?.value ?? 0} />
        </button>
      ))}
    </nav>
  );
}

/** The way back into what the player plays already. */
function OwnGames({ session, roomList, myGames }: JoinFormProps) {
  return (
    <MyGames
      matches={myGames.value}
      games={roomList.games.value}
      disabled={session.phase.value.kind === "joining"}
      goBack={(code) => void session.join({ code })}
    />
  );
}

/** On a phone: the code, if it was not scanned, a name, and Play. */
function ShortForm(props: JoinFormProps & { problem: string }) {
  const { title, session, account, playTarget, problem } = props;
  const invitation = playTarget.invitation.value;
  const [typed, setTyped] = useState("");
  return (
    <main class="card door short">
      <h1>
        {title} <b>·</b>
      </h1>
      {invitation ? (
        <p>
          Room <code class="big">{invitation}</code>
        </p>
      ) : (
        <label>
          <span class="label">Room code</span>
          <input
            class="code-field"
            name="code"
            placeholder="As on the screen"
            autoComplete="off"
            autoCapitalize="characters"
            spellcheck={false}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      )}
      <Standing account={account} />
      <Characters account={account} />
      <PlayForm
        session={session}
        account={account}
        playTarget={playTarget}
        short
        typedCode={readRoomCode(typed)}
      />
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
      <FullRoom session={session} playTarget={playTarget} />
      {!invitation && <OwnGames {...props} />}
    </main>
  );
}

/** A full room is no dead end: another room of the game, or a place when somebody leaves. */
function FullRoom({ session, playTarget }: Pick<JoinFormProps, "session" | "playTarget">) {
  if (session.waiting.value)
    return (
      <div class="row full" role="status">
        <span class="grow">Waiting for a place…</span>
        <button type="button" onClick={() => session.leave()}>
          Stop waiting
        </button>
      </div>
    );
  const full = session.fullRoom.value;
  if (!full) return null;
  const game = "game" in full ? full.game : playTarget.game.value;
  return (
    <div class="row full">
      <button type="button" class="grow" onClick={() => void session.waitForPlace()}>
        Wait for a place
      </button>
      <button
        type="button"
        class="grow"
        onClick={() => void session.join({ game, match: playTarget.matchOf(game) })}
      >
        Play in another room
      </button>
    </div>
  );
}

/** Name, appearance and the Play button. */
function PlayForm({
  session,
  account,
  playTarget,
  short = false,
  typedCode,
}: Pick<JoinFormProps, "session" | "account" | "playTarget"> & {
  short?: boolean;
  typedCode?: string | undefined;
}) {
  const { appearance } = account.characterList;
  const { invitation, game, matchOf } = playTarget;
  const watches = playTarget.watches && invitation.value !== "";
  const joining = session.phase.value.kind === "joining";
  const isNamed = playerName.safeParse(appearance.value.name).success;
  const play = async () => {
    if (joining || !isNamed) return;
    const code = invitation.value || typedCode;
    const as = watches ? { as: "spectator" as const } : {};
    await session.join(code ? { code, ...as } : { game: game.value, match: matchOf(game.value) });
    // A link that leads nowhere is reported once; then Play means any room.
    if (session.problem.value) invitation.value = "";
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void play();
      }}
    >
      <NameField appearance={appearance} />
      {short ? (
        <details>
          <summary class="label">Colour and shape</summary>
          <AppearanceFields appearance={appearance} />
        </details>
      ) : (
        <AppearanceFields appearance={appearance} />
      )}
      <button class="go" type="submit" disabled={joining || !isNamed} style={{ marginTop: "1.1em" }}>
        {joining ? "Joining…" : watches ? "Watch" : invitation.value && !short ? "Join your friends" : "Play"}
      </button>
    </form>
  );
}

/** The name of the account, and the way to its overlay. */
function AccountButton({ account, overlays }: Pick<JoinFormProps, "account" | "overlays">) {
  const profile = account.profile.value;
  const isRegistered = profile?.kind === "registered";
  const label = isRegistered ? (profile.name ?? "Account") : profile ? "Make an account" : "Sign in";
  return (
    <button
      type="button"
      class="who"
      title={isRegistered ? "Your account" : undefined}
      onClick={() => overlays.showAccount(isRegistered ? "you" : profile ? "sign-up" : "sign-in")}
    >
      {label}
    </button>
  );
}
