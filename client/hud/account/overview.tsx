import { useState } from "preact/hooks";
import type { Account } from "../../account/account.ts";
import { explain } from "../../network/error-messages.ts";
import type { AccountPage } from "../../overlays.ts";
import type { PagePanel } from "../../panel.ts";
import { Copyable } from "../copyable.tsx";

interface OverviewProps {
  account: Account;
  /** Those of plugins that are pages of the account. */
  panels: readonly PagePanel[];
  /** Opens another page of the account. */
  open(page: AccountPage): void;
  leaveRoom(): void;
  close(): void;
}

/** The account that is signed in, and the ways to change that. */
export function AccountOverview({ account, panels, open, leaveRoom, close }: OverviewProps) {
  const [problem, setProblem] = useState("");
  const isGuest = account.profile.value?.kind === "guest";
  const signOut = async (everywhere: boolean) => {
    try {
      leaveRoom();
      await account.signOut(everywhere);
      close();
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <div class="sheet">
      {isGuest ? <Guest account={account} open={open} /> : <Registered account={account} />}
      {isGuest ? (
        <GuestActions panels={panels} open={open} forget={() => void signOut(false)} />
      ) : (
        <RegisteredActions panels={panels} open={open} signOut={(everywhere) => void signOut(everywhere)} />
      )}
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
    </div>
  );
}

function Registered({ account }: { account: Account }) {
  const profile = account.profile.value;
  return (
    <p>
      Signed in as <b data-testid="who">{profile?.name}</b>
      {profile?.email ? `, ${profile.email}` : ""}.
    </p>
  );
}

function Guest({ account, open }: Pick<OverviewProps, "account" | "open">) {
  const code = account.recoveryCode.value;
  return (
    <>
      <p>You play as a guest. With an account you can play your character on any device.</p>
      <button class="go" type="button" onClick={() => open("sign-up")}>
        Make an account
      </button>
      {code && (
        <>
          <span class="label">
            Recovery code: it restores this character in another browser. Keep it secret.
          </span>
          <Copyable text={code} />
        </>
      )}
    </>
  );
}

function RegisteredActions({
  panels,
  open,
  signOut,
}: Pick<OverviewProps, "panels" | "open"> & { signOut(everywhere: boolean): void }) {
  return (
    <div class="list">
      <PanelButtons panels={panels} open={open} />
      <button type="button" onClick={() => open("password")}>
        Change the password
      </button>
      <button type="button" onClick={() => open("privacy")}>
        Download or delete my data
      </button>
      <button type="button" onClick={() => signOut(false)}>
        Sign out
      </button>
      <button type="button" onClick={() => signOut(true)}>
        Sign out on all devices
      </button>
    </div>
  );
}

function GuestActions({ panels, open, forget }: Pick<OverviewProps, "panels" | "open"> & { forget(): void }) {
  const [confirming, setConfirming] = useState(false);
  return (
    <>
      <div class="list">
        <PanelButtons panels={panels} open={open} />
        <button type="button" onClick={() => open("sign-in")}>
          Sign in to an account you have
        </button>
        <button type="button" onClick={() => open("privacy")}>
          Download or delete my data
        </button>
        {!confirming && (
          <button type="button" onClick={() => setConfirming(true)}>
            Forget this guest here
          </button>
        )}
      </div>
      {confirming && (
        <p class="problem">
          Only the recovery code above restores this guest.{" "}
          <button type="button" onClick={forget}>
            Forget the guest
          </button>
        </p>
      )}
    </>
  );
}

function PanelButtons({ panels, open }: Pick<OverviewProps, "panels" | "open">) {
  return (
    <>
      {panels.map(({ name, title, button = title }) => (
        <button key={name} type="button" onClick={() => open(`plugin ${name}`)}>
          {button}
        </button>
      ))}
    </>
  );
}
