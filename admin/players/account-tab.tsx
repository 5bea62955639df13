import { useState } from "preact/hooks";
import { ask } from "../api/ask.ts";
import { may } from "../api/session.ts";
import type { PlayerShown } from "../api/shapes.ts";
import { Act, REASON } from "../kit/act.tsx";
import { Failure } from "../kit/failure.tsx";
import { agoText, timeText } from "../kit/format.ts";
import { Loaded } from "../kit/loaded.tsx";
import { saveAs } from "../kit/save-as.ts";
import { Facts, Table } from "../kit/table.tsx";
import { useAsk } from "../kit/use-ask.ts";

/** The account itself: what it is, what is done to it. */
export function AccountTab({ player, again }: { player: PlayerShown; again: () => void }) {
  const { id, kind, role, createdAt, lastSeenAt, deletion } = player;
  const params = { player: id };
  const name = player.name ?? "this guest";
  return (
    <>
      <Facts
        of={[
          ["Id", <code key="id">{id}</code>],
          ["Kind", kind],
          ["Role", role],
          ["Since", timeText(createdAt)],
          ["Last seen", lastSeenAt === null ? "never" : `${timeText(lastSeenAt)}`],
        ]}
      />
      {deletion && (
        <p class="notice">
          It is deleted {agoText(deletion.deleteAt)} ({timeText(deletion.deleteAt)}), as{" "}
          {deletion.byPlayer ? "the player wished" : `${deletion.by} wished: ${deletion.reason}`}.
        </p>
      )}
      <p class="buttons">
        <Act
          op="players.rename"
          label="Rename"
          title={`Rename ${name}`}
          params={params}
          fields={[{ name: "name", label: "New name", kind: "line", required: true, max: 32 }, REASON]}
          onDone={again}
        />
        <Act
          op="account.reset"
          label="Reset password"
          title={`Reset the password of ${name}`}
          text="You get a code that is good once, for 24 hours. Give it to the player yourself."
          params={{ login: id }}
          fields={[]}
          show={({ code }) => (
            <p>
              Code, shown once: <code>{code}</code>
            </p>
          )}
        />
        <Act
          op="players.sign-out"
          label="Sign out"
          title={`Sign out ${name} everywhere`}
          params={params}
          onDone={again}
        />
        <Export player={id} name={name} />
        {deletion ? (
          <Act
            op="players.keep"
            label="Keep the account"
            title={`Keep ${name}`}
            params={params}
            onDone={again}
          />
        ) : (
          <Act
            op="players.delete"
            label="Delete"
            title={`Delete ${name}`}
            text="After a time of grace the account is gone from every table. Until then it can be kept."
            params={params}
            danger
            onDone={again}
          />
        )}
      </p>
      {may("players.secrets") && <Secrets player={id} />}
    </>
  );
}

/** All that is kept about a person, as a file. */
function Export({ player, name }: { player: string; name: string }) {
  const [error, setError] = useState<unknown>();
  if (!may("players.export")) return null;
  const save = () => {
    setError(undefined);
    ask("players.export", { player }).then(
      ({ account }) => saveAs(`${name.replace(/\W+/g, "-")}-${player.slice(0, 8)}.json`, account),
      setError,
    );
  };
  return (
    <>
      <button type="button" onClick={save}>
        Export
      </button>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}

function Secrets({ player }: { player: string }) {
  const [isShown, setShown] = useState(false);
  const asked = useAsk("players.secrets", isShown ? { player } : undefined);
  if (!isShown)
    return (
      <p>
        <button type="button" onClick={() => setShown(true)}>
          Show e-mail, sign-ins and addresses
        </button>{" "}
        <small>Looking is in the audit log.</small>
      </p>
    );
  return (
    <Loaded asked={asked}>
      {({ email, identities, signIns }) => (
        <>
          <Facts
            of={[
              ["E-mail", email ?? "none"],
              ["Other sign-ins", identities.map(({ issuer }) => issuer).join(", ") || "none"],
            ]}
          />
          <Table
            label="Sign-ins"
            rows={signIns}
            keyOf={({ id }) => id}
            columns={[
              { head: "Sign-in", cell: ({ createdAt }) => timeText(createdAt) },
              { head: "Address", cell: ({ address }) => address ?? "forgotten" },
              {
                head: "Ended",
                cell: ({ revokedAt }) => (revokedAt === null ? "no" : timeText(revokedAt)),
              },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}
