import { useEffect, useState } from "preact/hooks";
import { definePanel, type PanelContext } from "roomkeep/client";

/** Places that are shown at first, and at each press of "more". */
const SHOWN = 20;

/** A board in the answer of `GET /v1/leaderboards`. */
interface ShownBoard {
  name: string;
  label: string;
  season: number;
  /** ISO; null: the season has no end of its own. */
  endsAt: string | null;
  players: number;
}
/** A place in the answer of `GET /v1/leaderboards/<board>`. */
interface ShownPlace {
  rank: number;
  /** Null: the character was deleted. */
  name: string | null;
  score: number;
  mine: boolean;
}
interface ShownPage {
  places: ShownPlace[];
  next: string | null;
}

const style = `
.panel:has(.boards) { background:#fffaf3; }
.boards .tabs { display:flex; gap:.4em; overflow-x:auto; padding-bottom:.3em; }
.boards .tabs button { flex:none; min-height:44px; } #hud .boards .tabs [aria-pressed=true] { background:var(--go); color:#fff; }
.boards ol { list-style:none; max-height:36vh; overflow:auto; margin:.4em 0; padding:0; }
.boards li { display:grid; grid-template-columns:4.5em 1fr auto; gap:.6em; padding:.4em .3em; border-bottom:1px solid var(--line); }
.boards li b { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; font-weight:inherit; }
.boards li span { color:var(--soft); font-variant-numeric:tabular-nums; }
.boards li[aria-current] { background:#ffe9b8; font-weight:700; }
`;

/** The leaderboards, a tab of the contests: the first places, and those about one's own. */
export const leaderboardsPanel = definePanel({
  name: "leaderboards",
  title: "Leaderboards",
  button: "Boards",
  slot: "contests",
  style,
  render: (context) => <Leaderboards {...context} />,
});

function Leaderboards({ request, explain }: PanelContext) {
  const [boards, setBoards] = useState<readonly ShownBoard[] | undefined>();
  const [chosen, setChosen] = useState("");
  const [hasFriends, setHasFriends] = useState(false);
  const [among, setAmong] = useState<"all" | "friends">("all");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    request<{ boards: ShownBoard[]; friends: boolean }>("GET", "/v1/leaderboards").then(
      (answer) => {
        setHasFriends(answer.friends);
        setBoards(answer.boards);
        setChosen(answer.boards[0]?.name ?? "");
      },
      (error: unknown) => setProblem(explain(error)),
    );
  }, [request, explain]);
  if (problem) return <p class="problem">{problem}</p>;
  if (!boards) return <p role="status">Loading…</p>;
  const board = boards.find(({ name }) => name === chosen);
  if (!board) return <p>There are no leaderboards yet.</p>;
  return (
    <div class="boards">
      <div class="tabs">
        {boards.map(({ name, label }) => (
          <button key={name} type="button" aria-pressed={name === chosen} onClick={() => setChosen(name)}>
            {label}
          </button>
        ))}
      </div>
      <p>{aboutOf(board)}</p>
      {hasFriends && (
        <div class="tabs">
          {(["all", "friends"] as const).map((who) => (
            <button key={who} type="button" aria-pressed={who === among} onClick={() => setAmong(who)}>
              {who === "all" ? "Everybody" : "Friends"}
            </button>
          ))}
        </div>
      )}
      <BoardPlaces
        key={`${board.name}/${among}`}
        path={`/v1/leaderboards/${board.name}`}
        isOfFriends={among === "friends"}
        request={request}
        explain={explain}
      />
    </div>
  );
}

function aboutOf({ season, players, endsAt }: ShownBoard): string {
  const begun = `Season ${season} · ${players} ${players === 1 ? "player" : "players"}`;
  return endsAt ? `${begun} · ends ${new Date(endsAt).toLocaleString(undefined, END)}` : begun;
}
const END: Intl.DateTimeFormatOptions = {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
};

function BoardPlaces({
  path,
  isOfFriends,
  request,
  explain,
}: { path: string; isOfFriends: boolean } & Pick<PanelContext, "request" | "explain">) {
  const [top, setTop] = useState<ShownPage | undefined>();
  const [around, setAround] = useState<readonly ShownPlace[]>([]);
  const [problem, setProblem] = useState("");
  const fail = (error: unknown) => setProblem(explain(error));
  useEffect(() => {
    request<ShownPage>("GET", isOfFriends ? `${path}/friends` : `${path}?limit=${SHOWN}`).then(setTop, fail);
    if (isOfFriends) return;
    request<ShownPage>("GET", `${path}/around?beside=3`).then(({ places }) => setAround(places), fail);
  }, [path, isOfFriends]);
  const more = (after: string) =>
    request<ShownPage>("GET", `${path}?limit=${SHOWN}&after=${encodeURIComponent(after)}`).then(
      ({ places, next }) => setTop((old) => ({ places: [...(old?.places ?? []), ...places], next })),
      fail,
    );
  if (problem) return <p class="problem">{problem}</p>;
  if (!top) return <p role="status">Loading…</p>;
  const { places, next } = top;
  const isShown = places.some(({ mine }) => mine);
  return (
    <>
      {places.length === 0 && (
        <p>{isOfFriends ? "Neither you nor your friends have a score yet." : "Nobody has a score yet."}</p>
      )}
      <Places places={places} />
      {next && (
        <button type="button" onClick={() => more(next)}>
          More
        </button>
      )}
      {around.length > 0 && !isShown && (
        <>
          <h3>Around you</h3>
          <Places places={around} />
        </>
      )}
    </>
  );
}

function Places({ places }: { places: readonly ShownPlace[] }) {
  return (
    <ol>
      {places.map(({ rank, name, score, mine }) => (
        <li key={rank} aria-current={mine ? "true" : undefined}>
          <span>{rank}.</span>{" "}
          <b>
            {name ?? "A deleted character"}
            {mine && " (you)"}
          </b>{" "}
          <span>{score.toLocaleString()}</span>
        </li>
      ))}
    </ol>
  );
}
