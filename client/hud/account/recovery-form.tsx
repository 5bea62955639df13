import { type Signal, signal } from "@preact/signals";
import type { Account } from "../../account/account.ts";
import { explain } from "../../network/error-messages.ts";

const code = signal("");

interface RecoveryFormProps {
  account: Account;
  /** Gets why the code was refused, for people. */
  problem: Signal<string>;
}

/** Restores a guest's character from another browser by its recovery code. */
export function RecoveryForm({ account, problem }: RecoveryFormProps) {
  const recover = async () => {
    problem.value = "";
    await account.recover(code.value).catch((error: unknown) => {
      problem.value = explain(error);
    });
  };
  return (
    <details>
      <summary class="label">Restore your character from another device</summary>
      <form
        class="row"
        onSubmit={(event) => {
          event.preventDefault();
          void recover();
        }}
      >
        <input
          class="grow"
          placeholder="Recovery code"
          aria-label="Recovery code"
          autoComplete="off"
          value={code.value}
          onInput={(event) => {
            code.value = event.currentTarget.value;
          }}
        />
        <button type="submit">Restore</button>
      </form>
    </details>
  );
}
