import { computed, effect, signal } from "@preact/signals";
import { useCallback, useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";
import { aboutPrizes, goodsText, type Item, roundName, startText, timeText } from "./page/texts.ts";

/** A tournament in the answer of `GET /v1/tournaments`. */
interface Shown {
  id: string;
  label: string;
  kind: "score" | "bracket";
  state: "announced" | "open" | "running" | "ended" | "cancelled";
  opensAt: string;
  startsAt: string;
  endsAt: string | null;
  entrants: number;
  most: number;
  fee: { coins: number; items: Item[] };
  prizes: { ranks: [number, number]; share: number; coins: number; items: Item[] }[];
  tries: number | null;
  why: string | null;
  mine: boolean;
}
interface Entrant {
  name: string | null;
  score: number | null;
  rank: number | null;
  mine: boolean;
}
interface Side {
  name: string | null;
  seed: number;
  score: number | null;
  mine: boolean;
}
interface Match {
  round: number;
  slot: number;
  state: string;
  end: string | null;
  a: Side | null;
  b: Side | null;
  winner: "a" | "b" | null;
}
/** A match in the answer of `GET /v1/tournaments/matches`. */
interface OwnMatch {
  tournament: string;
  label: string;
  code: string | null;
  opponent: string | null;
  leftS: number | null;
}

const style = `
.panel:has(.cups) { background:#fffaf3; }
.cups article { border-bottom:1px solid var(--line); padding:.5em 0; } .cups h3 { margin:0; } .cups p { margin:.25em 0; }
.cups button { min-height:44px; } .cups .acts { display:flex; flex-wrap:wrap; gap:.4em; }
.cups .own { background:#ffe9b8; border-radius:.5em; padding:.5em; }
.cups ol { list-style:none; margin:.3em 0; padding:0; }
.cups .ranks li { display:grid; grid-template-columns:3em 1fr auto; gap:.5em; padding:.3em; } .cups [aria-current] { background:#ffe9b8; }
.bracket { display:flex; gap:.8em; overflow-x:auto; padding:.3em; scroll-snap-type:x proximity; scroll-padding-left:.3em; }
.bracket > section { flex:1 0 9.5em; display:flex; flex-direction:column; scroll-snap-align:start; } .bracket h4 { margin:0; }
.bracket ol { flex:1; display:flex; flex-direction:column; justify-content:space-around; gap:.5em; }
.bracket li { border:1px solid var(--line); border-radius:.4em; background:#fff; }
.bracket li div { display:grid; grid-template-columns:2em 1fr auto; gap:.3em; padding:.25em .4em; }
.bracket li div + div { border-top:1px solid var(--line); }
.bracket li span { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; } .bracket li i { color:var(--soft); font-style:normal; }
.bracket .won { font-weight:700; } .bracket .won span::after { content:" ✓"; } .bracket small { color:var(--soft); padding:0 .4em; }
`;

/** How often the list is asked for while it is shown, ms. */
const ASK_MS = 3_000;

const matches = signal<readonly OwnMatch[]>([]);
let askMatches: () => Promise<void> = async () => {};

/** Tournaments, a tab of the contests: list, fee, join and leave, the own match, ranks and bracket. */
export const tournamentsPanel = definePanel({
  name: "tournaments",
  title: "Tournaments",
  slot: "contests",
  style,
  waiting: computed(() => matches.value.filter(({ leftS }) => leftS !== null).length),
  open({ request, room }) {
    askMatches = async () => {
      const read = await request<{ matches: OwnMatch[] }>("GET", "/v1/tournaments/matches").catch(
        () => undefined,
      );
      if (read) matches.value = read.matches;
    };
    effect(() => {
      // A match may have opened while the page was between two rooms.
      room.value?.onMessage("tournaments.changed", () => void askMatches());
      void askMatches();
    });
  },
  render: (context) => <Tournaments {...context} />,
});

function Tournaments(context: PanelContext) {
  const { request, explain } = context;
  const [all, setAll] = useState<readonly Shown[]>();
  const [problem, setProblem] = useState("");
  const ask = useCallback(async () => {
    await askMatches();
    await request<{ tournaments: Shown[] }>("GET", "/v1/tournaments").then(
      (answer) => setAll(answer.tournaments),
      (error: unknown) => setProblem(explain(error)),
    );
  }, [request, explain]);
  useEffect(() => {
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => clearInterval(timer);
  }, [ask]);
  const act = (method: string, path: string) => {
    setProblem("");
    void request(method, path).then(ask, (error: unknown) => setProblem(explain(error)));
  };
  if (!all) return problem ? <p class="problem">{problem}</p> : <p role="status">Loading…</p>;
  return (
    <section class="cups">
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {matches.value.map((one) => (
        <OwnMatchLine key={one.tournament} {...context} match={one} />
      ))}
      {all.length === 0 && <p>There are no tournaments yet.</p>}
      {all.map((one) => (
        <Cup key={one.id} {...context} one={one} act={act} />
      ))}
    </section>
  );
}

function OwnMatchLine({ match, join, room }: PanelContext & { match: OwnMatch }) {
  const { label, code, opponent, leftS } = match;
  const isHere = code !== null && room.value?.roomId === code;
  return (
    <div class="own" role="status">
      <p>
        {label}: your match against {opponent ?? "a deleted character"}
        {isHere ? ". You are in it." : leftS === null ? "." : `, ${timeText(leftS)} to come in.`}
      </p>
      {code !== null && !isHere && (
        <button type="button" class="main" onClick={() => void join(code)}>
          Enter
        </button>
      )}
    </div>
  );
}

type CupProps = PanelContext & { one: Shown; act(method: string, path: string): void };

function Cup({ one, act, ...context }: CupProps) {
  const [isOpen, setOpen] = useState(false);
  const now = useSeconds();
  const { id, label, state, entrants, most, fee, prizes, mine, kind, tries } = one;
  const price = goodsText(fee);
  const entry = `/v1/tournaments/${id}/entry`;
  const hasBegun = state !== "announced" && state !== "open";
  return (
    <article aria-label={label}>
      <h3>{label}</h3>
      <p role="timer">{startText(one, now)}</p>
      <p>
        {kind === "bracket" ? "Knock-out" : `Score attack, ${tries} tries`} · {entrants} of {most}
        {mine && " · you are in"} · {price ? `fee ${price}` : "no fee"}
      </p>
      {prizes.length > 0 && <p>{aboutPrizes(prizes)}</p>}
      <div class="acts">
        {state === "open" && !mine && (
          <button type="button" class="main" aria-label={`Join: ${label}`} onClick={() => act("POST", entry)}>
            {price ? `Join for ${price}` : "Join"}
          </button>
        )}
        {state === "open" && mine && (
          <button type="button" aria-label={`Leave: ${label}`} onClick={() => act("DELETE", entry)}>
            {price ? `Leave, and get ${price} back` : "Leave"}
          </button>
        )}
        <button
          type="button"
          aria-expanded={isOpen}
          aria-label={`${hasBegun && kind === "bracket" ? "Bracket" : "Entrants"}: ${label}`}
          onClick={() => setOpen(!isOpen)}
        >
          {hasBegun && kind === "bracket" ? "Bracket" : "Entrants"}
        </button>
      </div>
      {isOpen && <Details {...context} one={one} />}
    </article>
  );
}

function Details({ one, request, explain }: PanelContext & { one: Shown }) {
  const [entrants, setEntrants] = useState<readonly Entrant[]>([]);
  const [bracket, setBracket] = useState<readonly Match[]>([]);
  const [problem, setProblem] = useState("");
  // Anew with each answer of the list, which is a new object.
  useEffect(() => {
    const path = `/v1/tournaments/${one.id}`;
    const failed = (error: unknown) => setProblem(explain(error));
    request<{ entrants: Entrant[] }>("GET", path).then((answer) => setEntrants(answer.entrants), failed);
    if (one.kind === "bracket")
      request<{ matches: Match[] }>("GET", `${path}/bracket`).then(
        (answer) => setBracket(answer.matches),
        failed,
      );
  }, [one]);
  if (problem) return <p class="problem">{problem}</p>;
  return (
    <>
      {bracket.length > 0 && <Bracket matches={bracket} />}
      <ol class="ranks" aria-label={`Entrants of ${one.label}`}>
        {entrants.map(({ name, score, rank, mine }, at) => (
          <li key={at} aria-current={mine ? "true" : undefined}>
            <span>{rank === null ? "" : `${rank}.`}</span>
            <b>
              {nameOf(name)}
              {mine && " (you)"}
            </b>
            <span>{score?.toLocaleString()}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

function Bracket({ matches: all }: { matches: readonly Match[] }) {
  const rounds = Math.max(...all.map(({ round }) => round));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="bracket" aria-label="Bracket" tabIndex={0}>
      {Array.from({ length: rounds }, (_, at) => at + 1).map((round) => (
        <section key={round} aria-label={roundName(round, rounds)}>
          <h4>{roundName(round, rounds)}</h4>
          <ol>
            {all
              .filter((one) => one.round === round)
              .map((one) => (
                <li key={one.slot}>
                  {one.round === rounds && one.slot === 1 && <small>Third place</small>}
                  <SideLine side={one.a} isWinner={one.winner === "a"} match={one} />
                  <SideLine side={one.b} isWinner={one.winner === "b"} match={one} />
                </li>
              ))}
          </ol>
        </section>
      ))}
    </section>
  );
}

function SideLine({ side, isWinner, match }: { side: Side | null; isWinner: boolean; match: Match }) {
  const empty = match.state === "waiting" ? "…" : "–";
  return (
    <div class={isWinner ? "won" : ""} aria-current={side?.mine ? "true" : undefined}>
      <i>{side?.seed}</i>
      <span>{side ? nameOf(side.name) : empty}</span>
      <b>{side?.score ?? (isWinner && match.end === "no-show" ? "shown up" : "")}</b>
    </div>
  );
}

const nameOf = (name: string | null) => name ?? "A deleted character";

/** The time, each second while it is shown. */
function useSeconds(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
