import { useState } from "preact/hooks";
import { ask, DeskError } from "../api/ask.ts";
import { enter, signedOutBecause } from "../api/session.ts";
import type { Field } from "../kit/fields.tsx";
import { Form } from "./form.tsx";
import { welcomeCode } from "./welcome-code.ts";

const NAME: Field = { name: "login", label: "Name or e-mail address", kind: "line", required: true };
const PASSWORD: Field = { name: "password", label: "Password", kind: "password", required: true };
const CODE: Field = {
  name: "code",
  label: "Code of your authenticator app",
  kind: "line",
  required: true,
  hint: "Six digits",
  max: 10,
};

/** Name and password, and then the code where one is set up. */
export function SignIn() {
  const [needsCode, setNeedsCode] = useState(false);
  return (
    <section class="sheet alone">
      <h1>Operators' desk</h1>
      {signedOutBecause.value && <p class="notice">{signedOutBecause}</p>}
      <Form
        key={String(needsCode)}
        fields={needsCode ? [NAME, PASSWORD, CODE] : [NAME, PASSWORD]}
        label="Sign in"
        submit={async ({ login = "", password = "", code }) => {
          try {
            enter(await ask("sign-in", { login, password, ...(code && { code: code.replace(/\s/g, "") }) }));
          } catch (error) {
            if (!(error instanceof DeskError && error.code === "TOTP_NEEDED") || needsCode) throw error;
            setNeedsCode(true);
          }
        }}
      />
    </section>
  );
}

/** The first admin, by the link that the server has printed. */
export function Welcome() {
  return (
    <section class="sheet alone">
      <h1>Welcome</h1>
      <p>This link is good once. It makes you an admin of this server.</p>
      <Form
        fields={[
          { name: "name", label: "Name", kind: "line", required: true, max: 32 },
          { ...PASSWORD, hint: "Long, and used nowhere else" },
        ]}
        label="Begin"
        submit={async ({ name = "", password = "" }) => {
          const who = await ask("welcome", { code: welcomeCode.value, name, password });
          welcomeCode.value = "";
          enter(who);
        }}
      />
      <p>
        <button type="button" onClick={() => (welcomeCode.value = "")}>
          I have an account
        </button>
      </p>
    </section>
  );
}
