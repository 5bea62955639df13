import type { Account } from "../../account/account.ts";
import type { AccountPage, Page } from "../../page-state.ts";
import { Form } from "./form.tsx";

const PASSWORD = { type: "password", maxLength: 200 } as const;
const NEW_PASSWORD = {
  ...PASSWORD,
  name: "new-password",
  autoComplete: "new-password",
  minLength: 8,
  hint: "At least 8 characters. A few words in a row are good and easy to remember.",
} as const;

interface SheetProps {
  page: Page;
  turn(to: AccountPage): void;
  /** Signed in: on to where one came from. */
  done(): void;
}

/** Signs in by name and password, or by the provider. */
export function SignIn({ page, turn, done }: SheetProps) {
  const { account } = page;
  const guest = account.profile.value?.kind === "guest";
  return (
    <>
      {guest && (
        <p class="aside">
          Your guest <b>{account.characterList.appearance.value.name}</b> stays in this browser and is back when you sign
          out.
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
        <ByProvider page={page} link={false} />
        <p class="row ways">
          <button type="button" onClick={() => turn("sign-up")}>
            Make an account
          </button>
          <button type="button" onClick={() => turn("reset")}>
            Password forgotten?
          </button>
        </p>
      </Form>
    </>
  );
}

/** Makes an account; a guest's becomes one. */
export function SignUp({ page, turn, done }: SheetProps) {
  const { account } = page;
  const guest = account.profile.value?.kind === "guest";
  return (
    <>
      <p>
        {guest
          ? `${account.characterList.appearance.value.name} keeps everything and can play on any device.`
          : "With an account you play on any device, with several characters."}
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
        <ByProvider page={page} link={guest} />
        <p class="row ways">
          <button type="button" onClick={() => turn("sign-in")}>
            I have an account
          </button>
        </p>
      </Form>
    </>
  );
}

/** Sets a forgotten password by the code that the server's admin gave. */
export function Reset({ page: { account }, done }: SheetProps) {
  return (
    <>
      <p>Ask whoever runs this server for a reset code. It is good once, for a day.</p>
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

/** Changes the password of who is signed in. */
export function ChangePassword({ page: { account }, done }: SheetProps) {
  return (
    <Form
      name="Change the password"
      submit="Change it"
      fields={[
        // Password managers want to know whose password it is.
        { name: "username", label: "Account name", autoComplete: "username", ...nameOf(account) },
        {
          ...PASSWORD,
          name: "current-password",
          label: "Present password",
          autoComplete: "current-password",
        },
        { ...NEW_PASSWORD, label: "New password" },
      ]}
      act={async (values) => {
        await account.changePassword(values["current-password"] ?? "", values["new-password"] ?? "");
        done();
      }}
    >
      <p>All other devices are signed out.</p>
    </Form>
  );
}

const nameOf = ({ profile: who }: Account) => ({ value: who.value?.name ?? "", readOnly: true });

function ByProvider({ page, link }: { page: Page; link: boolean }) {
  const provider = page.provider.value;
  if (!provider) return null;
  return (
    <button class="provider" type="button" onClick={() => page.leaveFor(link)}>
      Go on with {provider}
    </button>
  );
}
