import type { SanctionMessage } from "../../../shared/internal.ts";
import type { HudStore } from "../../hud-store.ts";
import type { Session } from "../../network/session.ts";
import { sanctionText } from "../../social/sanctions.ts";

/** Reason, end and appeal of a sanction. */
export function SanctionDetails({ sanction }: { sanction: Omit<SanctionMessage, "id"> }) {
  return (
    <dl class="sanction">
      {sanctionText(sanction).details.map(([label, text]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{/^https?:\/\/\S+$/u.test(text) ? <Link href={text} /> : text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Link({ href }: { href: string }) {
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {href}
    </a>
  );
}

/** A warning or a mute, until its player has read it. Other sanctions end the session, which says it. */
export function SanctionDialog({ hud, session }: { hud: HudStore; session: Session }) {
  const sanction = hud.sanction.value;
  if (!sanction || !session.room.value || (sanction.kind !== "warn" && sanction.kind !== "mute")) return null;
  const { title, text } = sanctionText(sanction);
  const close = () => {
    if (sanction.kind === "warn") session.room.value?.send("sanction.read", { id: sanction.id });
    hud.sanction.value = undefined;
  };
  return (
    <div class="over" role="alertdialog" aria-modal="true" aria-labelledby="sanction">
      <div class="panel">
        <h2 id="sanction">{title}</h2>
        <p>{text}</p>
        <SanctionDetails sanction={sanction} />
        {/* The first thing that a key may press. */}
        <button class="go" type="button" ref={(button) => button?.focus()} onClick={close}>
          I have read it
        </button>
      </div>
    </div>
  );
}
