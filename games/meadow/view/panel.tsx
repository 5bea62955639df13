import { type Signal, signal } from "@preact/signals";
import type { ViewContext } from "roomkeep/client";
import { countInBag, type WorldState } from "roomkeep/shared";
import { clockText, daylight } from "../clock.ts";
import type { Thing } from "../items.ts";
import { HEALTH_MAX, type Hero } from "../state.ts";
import { style } from "./style.ts";

/** The values in the panel. */
export interface Facts {
  health: number;
  arrows: number;
  herbs: number;
  meat: number;
  xp: number;
  level: number;
  warm: boolean;
  /** Minutes since midnight; −1 where there is no day. */
  minute: number;
  /** Label of the pick button; empty: there is nothing to pick. */
  pickLabel: string;
}

/** The actions of the buttons. */
export interface Actions {
  pick(): void;
  eat(): void;
  shoot?(): void;
}

/** Shows health, bag, clock and buttons. `read` is called once a frame. @returns removes them */
export function showPanel<S extends WorldState>(
  { show, onFrame }: Pick<ViewContext<S>, "show" | "onFrame">,
  read: () => Facts,
  actions: Actions,
): () => void {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const facts: Signal<Facts> = signal(read());
  let last = "";
  onFrame(() => {
    const next = read();
    const text = JSON.stringify(next);
    if (text === last) return;
    last = text;
    facts.value = next;
  });
  show("top", () => <Status facts={facts.value} />);
  show("side", () => <Buttons facts={facts.value} actions={actions} />);
  if (actions.shoot) show("center", () => <div class="mw-aim" aria-hidden="true" />);
  return () => sheet.remove();
}

/** The values of the own hero. */
export function factsOf(hero: Hero | undefined): Omit<Facts, "minute" | "pickLabel"> {
  const { health = 0, xp = 0, level = 1, warm = false } = hero ?? {};
  const count = (template: Thing) => (hero?.items ? countInBag(hero, template) : 0);
  return { health, arrows: count("arrow"), herbs: count("herb"), meat: count("meat"), xp, level, warm };
}

function Status({ facts }: { facts: Facts }) {
  const { health, warm, minute, arrows, herbs, meat, level, xp } = facts;
  return (
    <div class="mw-status">
      {minute >= 0 && (
        <span class="mw-clock">
          <Sun minute={minute} /> {clockText(minute - (minute % 10))}
        </span>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be given this look in every browser */}
      <span
        class={`mw-health${warm ? " warm" : ""}`}
        role="meter"
        aria-label="Health"
        aria-valuenow={health}
        aria-valuemin={0}
        aria-valuemax={HEALTH_MAX}
      >
        <i style={{ width: `${health}%` }} />
        <b>
          ♥ {health}
          {warm && " · warm"}
        </b>
      </span>
      <span title="Arrows">➶ {arrows}</span>
      <span title="Herbs">❀ {herbs}</span>
      <span title="Meat">◕ {meat}</span>
      <span title={`Experience: ${xp}`} class="mw-level">
        Lv {level}
      </span>
    </div>
  );
}

/** The sun by day, the moon at night. */
function Sun({ minute }: { minute: number }) {
  const light = daylight(minute);
  return (
    <svg viewBox="-10 -10 20 20" width="18" height="18" aria-hidden="true">
      <circle r="6.5" fill={light > 0.4 ? "#ffd34d" : "#e8ecff"} />
      {light <= 0.4 && <circle cx="3.2" cy="-2" r="5.6" fill="#3b3450" />}
    </svg>
  );
}

function Buttons({ facts, actions }: { facts: Facts; actions: Actions }) {
  const { pickLabel, herbs, meat, health, arrows } = facts;
  const mayEat = herbs + meat > 0 && health < HEALTH_MAX;
  return (
    <div class="mw-actions">
      <button type="button" disabled={!mayEat} onClick={() => actions.eat()}>
        Eat <kbd>R</kbd>
      </button>
      <button
        type="button"
        class={pickLabel ? "ready" : ""}
        disabled={!pickLabel}
        onClick={() => actions.pick()}
      >
        {pickLabel || "Pick"} <kbd>F</kbd>
      </button>
      {actions.shoot && (
        <button type="button" class="shoot" disabled={!(arrows >= 1)} onClick={() => actions.shoot?.()}>
          Shoot <kbd>X</kbd>
        </button>
      )}
    </div>
  );
}
