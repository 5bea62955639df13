import { useState } from "preact/hooks";
import { explain } from "../../network/error-messages.ts";
import type { AccountPage, Page } from "../../page-state.ts";
import { Copyable } from "../overlays.tsx";
import { Panel } from "../panel.tsx";
import { PlaySessions } from "./play-sessions.tsx";
import { ChangePassword, Reset, SignIn, SignUp } from "./sign-in.tsx";

const TITLES: Record<AccountPage, string> = {
  "sign-in": "Sign in",
  "sign-up": "Make an account",
  reset: "Password forgotten",
  password: "Change the password",
  visits: "Where you were",
  you: "Your account",
};

/** All about the account, over the door or over the world. */
export function AccountPanel({ page }: { page: Page }) {
  const { accountPage, overlay } = page;
  const turn = (to: AccountPage) => {
    accountPage.value = to;
  };
  const sheet = {
    page,
    turn,
    done() {
      page.session.problem.value = "";
      overlay.value = "none";
    },
  };
  /** Somebody else is signed in: whoever played does so no longer. */
  const another = {
    ...sheet,
    done() {
      if (page.session.phase.value === "playing") page.session.leave();
      sheet.done();
    },
  };
  return (
    <Panel page={page} title={TITLES[accountPage.value]} key={accountPage.value}>
      {accountPage.value === "sign-in" && <SignIn {...another} />}
      {accountPage.value === "sign-up" && <SignUp {...sheet} />}
      {accountPage.value === "reset" && <Reset {...another} />}
      {accountPage.value === "password" && <ChangePassword {...sheet} done={() => turn("you")} />}
      {accountPage.value === "visits" && <PlaySessions page={page} />}
      {accountPage.value === "you" && <AccountOverview page={page} turn={turn} />}
    </Panel>
  );
}

/** Who one is, and the ways out. */
function AccountOverview({ page, turn }: { page: Page; turn(to: AccountPage): void }) {
  const { account, session, overlay } = page;
  const [problem, setProblem] = useState("");
  const [sure, setSure] = useState(false);
  const who = account.profile.value;
  const guest = who?.kind === "guest";
  const signOut = async (everywhere: boolean) => {
    try {
      if (session.phase.value === "playing") session.leave();
      await account.signOut(everywhere);
      overlay.value = "none";
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <div class="sheet">
      {guest ? (
        <>
          <p>You play as a guest. With an account your character is yours on any device.</p>
          <button class="go" type="button" onClick={() => turn("sign-up")}>
            Make an account
          </button>
          {account.recoveryCode.value && (
            <>
              <span class="label">
                Recovery code: brings this character to another browser. Keep it to yourself.
              </span>
              <Copyable text={account.recoveryCode.value} />
            </>
          )}
        </>
      ) : (
        <p>
          Signed in as <b data-testid="who">{who?.name}</b>
          {who?.email ? `, ${who.email}` : ""}.
        </p>
      )}
      <div class="list">
        <button type="button" onClick={() => turn("visits")}>
          Where you were, and when
        </button>
        {guest ? (
          <button type="button" onClick={() => turn("sign-in")}>
            Sign in to an account you have
          </button>
        ) : (
          <>
            <button type="button" onClick={() => turn("password")}>
              Change the password
            </button>
            <button type="button" onClick={() => void signOut(false)}>
              Sign out
            </button>
            <button type="button" onClick={() => void signOut(true)}>
              Sign out on all devices
            </button>
          </>
        )}
        {guest && !sure && (
          <button type="button" onClick={() => setSure(true)}>
            Forget this guest here
          </button>
        )}
      </div>
      {sure && (
        <p class="problem">
          Only the recovery code above brings it back.{" "}
          <button type="button" onClick={() => void signOut(false)}>
            Forget it
          </button>
        </p>
      )}
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
    </div>
  );
}
