import type { Account } from "../../account/account.ts";
import { sanctionText } from "../../social/sanctions.ts";
import { SanctionDetails } from "../connection/sanction.tsx";

/** What stands between the account and a game: a ban, or the end of the account. */
export function Standing({ account }: { account: Account }) {
  const { sanctions = [], deleteAt } = account.profile.value ?? {};
  const ban = sanctions.find(({ kind, characterId }) => kind === "ban" && characterId === null);
  return (
    <>
      {ban && (
        <section class="standing" role="alert">
          <b>{sanctionText(ban).title}</b>
          <p>{sanctionText(ban).text}</p>
          <SanctionDetails sanction={ban} />
        </section>
      )}
      {deleteAt && (
        <section class="standing" role="alert">
          <b>This account is about to be deleted</b>
          <p>An operator has it deleted on {new Date(deleteAt).toLocaleDateString()}.</p>
        </section>
      )}
    </>
  );
}
