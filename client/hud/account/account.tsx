import type { Account } from "../../account/account.ts";
import type { ProviderStore } from "../../account/provider.ts";
import type { Viewport } from "../../device/viewport.ts";
import type { Session } from "../../network/session.ts";
import { isInRoom } from "../../network/session-phase.ts";
import type { AccountPage, OverlayStore } from "../../overlays.ts";
import type { PagePanel, PanelContext } from "../../panel.ts";
import { Panel } from "../panel.tsx";
import { AccountOverview } from "./overview.tsx";
import { Privacy } from "./privacy.tsx";
import { ChangePassword, ResetPassword, SignIn, SignUp } from "./sign-in.tsx";

const TITLES: Record<Exclude<AccountPage, `plugin ${string}`>, string> = {
  "sign-in": "Sign in",
  "sign-up": "Make an account",
  reset: "Reset the password",
  password: "Change the password",
  privacy: "Your data",
  you: "Your account",
};

function titleOf(page: AccountPage): string {
  return page in TITLES ? TITLES[page as keyof typeof TITLES] : "";
}

interface AccountPanelProps {
  account: Account;
  provider: ProviderStore;
  panels: readonly PagePanel[];
  panelContext: PanelContext;
  session: Session;
  overlays: OverlayStore;
  viewport: Viewport;
}

/** The pages of the account, over the join form or over the world. */
export function AccountPanel(props: AccountPanelProps) {
  const { account, provider, session, overlays, viewport } = props;
  const page = overlays.accountPage.value;
  const panels = props.panels.filter(({ slot }) => slot === "account");
  const panel = panels.find(({ name }) => page === `plugin ${name}`);
  const open = overlays.showAccount;
  const leaveRoom = () => {
    if (isInRoom(session.phase.value)) session.leave();
  };
  const done = () => {
    session.problem.value = "";
    overlays.close();
  };
  const forms = { account, provider, open, done };
  /** Another account is signed in: the character of the one before leaves the room. */
  const switching = {
    ...forms,
    done() {
      leaveRoom();
      done();
    },
  };
  // On a phone the keyboard would hide what is to be read first.
  const focusField = !viewport.touch.peek();
  return (
    <Panel title={panel?.title ?? titleOf(page)} close={overlays.close} focusField={focusField} key={page}>
      {page === "sign-in" && <SignIn {...switching} />}
      {page === "sign-up" && <SignUp {...forms} />}
      {page === "reset" && <ResetPassword {...switching} />}
      {page === "password" && <ChangePassword account={account} done={() => open("you")} />}
      {page === "privacy" && <Privacy account={account} leaveRoom={leaveRoom} deleted={done} />}
      {panel?.render(props.panelContext)}
      {page === "you" && (
        <AccountOverview
          account={account}
          panels={panels}
          open={open}
          leaveRoom={leaveRoom}
          close={overlays.close}
        />
      )}
    </Panel>
  );
}
