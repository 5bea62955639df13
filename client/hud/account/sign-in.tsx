import type { Account } from "../../account/account.ts";
import type { ProviderStore } from "../../account/provider.ts";
import type { AccountPage } from "../../overlays.ts";
import { Form } from "./form.tsx";

const PASSWORD = { type: "password", maxLength: 200 } as const;
const NEW_PASSWORD = {
  ...PASSWORD,
  name: "new-password",
  autoComplete: "new-password",
  minLength: 8,
  hint: "At least 8 characters. Several words in a row are safe and easy to remember.",
} as const;

interface FormProps {
  account: Account;
  provider: ProviderStore;
  /** Opens another page of the account. */
  open(page: AccountPage): void;
  /** Called when the form has succeeded. */
  done(): void;
}

/** Signs in by name and password, or by the provider. */
export function SignIn({ account, provider, open, done }: FormProps) {
  const isGuest = account.profile.value?.kind === "guest";
  return (
    <>
      {isGuest && (
        <p class="aside">
          Your guest <b>{account.characterList.appearance.value.name}</b> stays in this browser. You play it
          again after you sign out.
        </p>
      )}
      <Form
        name="Sign in"
        submit="Sign in"
        fields={[
          { name: "username", label: "Name or e-mail address", autoComplete: "username" },
          { ...PASSWORD, name: "current-password", label: "Password", autoComplete: "current-password" },
        ]}
        act={async (values) => {
          await account.signIn(values.username ?? "", values["current-password"] ?? "");
          done();
        }}
      >
        <ProviderButton provider={provider} link={false} />
        <p class="row ways">
          <button type="button" onClick={() => open("sign-up")}>
            Make an account
          </button>
          <button type="button" onClick={() => open("reset")}>
            Password forgotten?
          </button>
        </p>
      </Form>
    </>
  );
}

/** Makes an account. A guest who is signed in becomes it. */
export function SignUp({ account, provider, open, done }: FormProps) {
  const isGuest = account.profile.value?.kind === "guest";
  return (
    <>
      <p>
        {isGuest
          ? `${account.characterList.appearance.value.name} keeps everything, and you can play on any device.`
          : "With an account you can play on any device and have several characters."}
      </p>
      <Form
        name="Make an account"
        submit="Make the account"
        fields={[
          {
            name: "username",
            label: "Account name",
            autoComplete: "username",
            maxLength: 48,
            hint: "You sign in with it. Other players see your character's name instead.",
          },
          {
            name: "email",
            label: "E-mail address",
            type: "email",
            autoComplete: "email",
            optional: true,
            maxLength: 254,
          },
          { ...NEW_PASSWORD, label: "Password" },
        ]}
        act={async ({ username = "", email, "new-password": password = "" }) => {
          await account.signUp({ name: username, password, email: email || undefined });
          done();
        }}
      >
        <ProviderButton provider={provider} link={isGuest} />
        <p class="row ways">
          <button type="button" onClick={() => open("sign-in")}>
            I have an account
          </button>
        </p>
      </Form>
    </>
  );
}

/** Sets a new password by a code from an admin. */
export function ResetPassword({ account, done }: Pick<FormProps, "account" | "done">) {
  return (
    <>
      <p>Ask an admin of this server for a reset code. It works once, within a day.</p>
      <Form
        name="New password"
        submit="Set the new password"
        fields={[
          { name: "username", label: "Name or e-mail address", autoComplete: "username" },
          { name: "code", label: "Reset code", autoComplete: "one-time-code", maxLength: 64 },
          { ...NEW_PASSWORD, label: "New password" },
        ]}
        act={async ({ username: login = "", code = "", "new-password": password = "" }) => {
          await account.resetPassword({ login, code, password });
          done();
        }}
      />
    </>
  );
}

/** Changes the password of the account that is signed in. */
export function ChangePassword({ account, done }: Pick<FormProps, "account" | "done">) {
  return (
    <Form
      name="Change the password"
      submit="Change the password"
      fields={[
        // Password managers store the password under this name.
        { name: "username", label: "Account name", autoComplete: "username", ...nameOf(account) },
        {
          ...PASSWORD,
          name: "current-password",
          label: "Current password",
          autoComplete: "current-password",
        },
        { ...NEW_PASSWORD, label: "New password" },
      ]}
      act={async (values) => {
        await account.changePassword(values["current-password"] ?? "", values["new-password"] ?? "");
        done();
      }}
    >
      <p>This signs out all other devices.</p>
    </Form>
  );
}

const nameOf = ({ profile: who }: Account) => ({ value: who.value?.name ?? "", readOnly: true });

function ProviderButton({ provider, link }: { provider: ProviderStore; link: boolean }) {
  const name = provider.name.value;
  if (!name) return null;
  return (
    <button class="provider" type="button" onClick={() => provider.signIn(link)}>
      Continue with {name}
    </button>
  );
}
