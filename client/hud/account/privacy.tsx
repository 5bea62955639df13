import { useState } from "preact/hooks";
import type { Account } from "../../account/account.ts";
import { explain } from "../../network/error-messages.ts";
import { Form } from "./form.tsx";

interface PrivacyProps {
  account: Account;
  leaveRoom(): void;
  /** The account is gone. */
  deleted(): void;
}

/** What the server keeps of the account: to take along, or to delete. */
export function Privacy({ account, leaveRoom, deleted }: PrivacyProps) {
  const [problem, setProblem] = useState("");
  const isRegistered = account.profile.value?.kind === "registered";
  const download = async () => {
    setProblem("");
    try {
      saveFile("roomkeep-account.json", await account.exportAll());
    } catch (error) {
      setProblem(explain(error));
    }
  };
  return (
    <div class="sheet">
      <p>A file with all that this server keeps of you: account, characters, items, sign-ins.</p>
      <button type="button" onClick={() => void download()}>
        Download my data
      </button>
      <p class="problem" role="alert" hidden={!problem}>
        {problem}
      </p>
      <p>
        Deleting signs you out everywhere, and ends the account for good after some days (seven, unless this
        server says otherwise), with its characters and all that they carry. If you sign in before then, it is
        kept{isRegistered ? "" : "; as a guest you need your recovery code for that"}.
      </p>
      <Form
        name="delete-account"
        fields={
          isRegistered
            ? [
                {
                  name: "current-password",
                  label: "Password",
                  autoComplete: "current-password",
                  type: "password",
                  optional: true,
                  hint: "Without a password, sign in again first.",
                },
              ]
            : []
        }
        submit="Delete my account"
        act={async (values) => {
          leaveRoom();
          await account.deleteAccount(values["current-password"]);
          deleted();
        }}
      />
    </div>
  );
}

function saveFile(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
