import { useState } from "preact/hooks";
import { ask } from "../api/ask.ts";
import { enter, me } from "../api/session.ts";
import { Act } from "../kit/act.tsx";
import { Qr } from "../kit/qr.tsx";
import { Form } from "./form.tsx";

/** Sets up one-time codes: the secret goes into an app, and a code of it comes back. */
export function TotpSetUp() {
  const [begun, setBegun] = useState<{ uri: string; secret: string }>();
  if (!begun)
    return (
      <>
        <p>An authenticator app on your phone then gives a new code for each sign-in.</p>
        <Form
          key="begin"
          fields={[{ name: "password", label: "Your password", kind: "password", required: true }]}
          label="Set up codes"
          submit={async ({ password = "" }) => setBegun(await ask("totp.begin", { password }))}
        />
      </>
    );
  return (
    <>
      <p>Scan this with the app. It is shown once.</p>
      <Qr text={begun.uri} label="QR code for your authenticator app" />
      <p>
        Or type it: <code>{begun.secret.replace(/(.{4})/g, "$1 ")}</code>
      </p>
      <Form
        key="confirm"
        fields={[{ name: "code", label: "Code that the app shows", kind: "line", required: true, max: 10 }]}
        label="Confirm"
        submit={async ({ code = "" }) => enter(await ask("totp.confirm", { code: code.replace(/\s/g, "") }))}
      />
    </>
  );
}

/** What must be done before anything else, where the server requires codes. */
export function TotpFirst() {
  return (
    <section class="sheet alone">
      <h1>Set up codes</h1>
      <p class="notice">This server asks every operator for a code at sign-in.</p>
      <TotpSetUp />
    </section>
  );
}

/** The one who is signed in: role, permissions, codes. */
export function OwnAccount() {
  const who = me.value;
  if (!who) return null;
  return (
    <>
      <h1>{who.name}</h1>
      <section class="sheet">
        <h2>Role</h2>
        <p>
          <strong>{who.role}</strong>: {who.permissions.join(", ")}
        </p>
        <p class="faint">The session ends after {who.idleMinutes} minutes without use.</p>
      </section>
      <section class="sheet">
        <h2>Codes at sign-in</h2>
        {who.totp.set ? (
          <>
            <p>They are set up.</p>
            <Act
              op="totp.remove"
              label="Remove"
              title="Sign in without codes"
              danger
              params={{}}
              fields={[
                { name: "password", label: "Your password", kind: "password", required: true },
                { name: "code", label: "Code", kind: "line", required: true },
              ]}
              onDone={enter}
            />
          </>
        ) : (
          <TotpSetUp />
        )}
      </section>
    </>
  );
}
