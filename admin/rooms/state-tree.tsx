import { useState } from "preact/hooks";
import { may } from "../api/session.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { useAsk } from "../kit/use-ask.ts";
import { parentsOf, ROWS_STEP, rowsOf, type StateRow, splitAtFind } from "./state-rows.ts";

/** Which route reads: one masks what players keep to themselves. */
type StateRoute = "rooms.state" | "rooms.secrets";

/** The state of a room: one part of it at a time, with a search over all. */
export function StateTree({ roomId }: { roomId: string }) {
  const [path, setPath] = useState("");
  const [find, setFind] = useState("");
  const [hasSecrets, setSecrets] = useState(false);
  const from: StateRoute = hasSecrets ? "rooms.secrets" : "rooms.state";
  const asked = useAsk(from, { roomId, ...(path && { path }) });
  return (
    <>
      <FindForm find={setFind} again={asked.again} />
      {may("rooms.secrets") && (
        <label class="check">
          <input type="checkbox" checked={hasSecrets} onChange={() => setSecrets(!hasSecrets)} />
          With secrets of players; each look is in the audit log
        </label>
      )}
      {find !== "" && <Finds from={from} roomId={roomId} find={find} show={setPath} />}
      <PathLine path={path} go={setPath} />
      <Loaded asked={asked}>
        {(answer) =>
          "value" in answer && (
            <>
              {answer.masked > 0 && <p class="faint">{answer.masked} values are secret and not shown.</p>}
              {answer.left > 0 && (
                <p class="faint">{answer.left} parts are left out: read a branch by itself to see them.</p>
              )}
              <Branch key={path} value={answer.value} path={path} find={find} go={setPath} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function FindForm({ find, again }: { find: (text: string) => void; again: () => void }) {
  const [typed, setTyped] = useState("");
  return (
    <form
      class="filter"
      onSubmit={(event) => {
        event.preventDefault();
        find(typed.trim());
      }}
    >
      <p class="field">
        <label for="state-find">Find a name or a value</label>
        <input
          id="state-find"
          type="search"
          value={typed}
          maxLength={100}
          onInput={({ currentTarget: { value } }) => {
            setTyped(value);
            if (value === "") find("");
          }}
        />
      </p>
      <button type="submit">Find</button>
      <button type="button" onClick={again}>
        Read again
      </button>
    </form>
  );
}

function PathLine({ path, go }: { path: string; go: (path: string) => void }) {
  return (
    <p class="buttons">
      {[...parentsOf(path), path].map((one) => (
        <button key={one} type="button" disabled={one === path} onClick={() => go(one)}>
          {one === "" ? "state" : one.slice(one.lastIndexOf("/") + 1)}
        </button>
      ))}
    </p>
  );
}

function Finds(props: { from: StateRoute; roomId: string; find: string; show: (path: string) => void }) {
  const { from, roomId, find, show } = props;
  const asked = useAsk(from, { roomId, find });
  return (
    <Loaded asked={asked}>
      {(answer) => "found" in answer && <FindList {...answer} find={find} show={show} />}
    </Loaded>
  );
}

function FindList(props: {
  found: readonly { path: string; value: string }[];
  isWhole: boolean;
  find: string;
  show: (path: string) => void;
}) {
  const { found, isWhole, find, show } = props;
  return (
    <section class="sheet">
      <h2>
        {found.length} found{isWhole ? "" : ", and not all was looked at"}
      </h2>
      {found.length === 0 && <Empty>Nothing in the state has it.</Empty>}
      <ul class="tree">
        {found.map(({ path, value }) => (
          <li key={path}>
            <button type="button" onClick={() => show(parentsOf(path).at(-1) ?? "")}>
              <Marked text={path} find={find} />
            </button>{" "}
            <Marked text={value} find={find} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface BranchProps {
  readonly value: unknown;
  readonly path: string;
  readonly find: string;
  readonly go: (path: string) => void;
}

function Branch({ value, path, find, go }: BranchProps) {
  const [most, setMost] = useState(ROWS_STEP);
  const rows = rowsOf(value, path);
  if (rows.length === 0) return <Empty>{value === undefined ? "Nothing" : JSON.stringify(value)}</Empty>;
  return (
    <ul class="tree">
      {rows.slice(0, most).map((row) => (
        <Row key={`${row.path} ${row.name}`} row={row} find={find} go={go} />
      ))}
      {rows.length > most && (
        <li>
          <button type="button" onClick={() => setMost(most + ROWS_STEP)}>
            {rows.length - most} more…
          </button>
        </li>
      )}
    </ul>
  );
}

function Row({ row, find, go }: { row: StateRow; find: string; go: (path: string) => void }) {
  const { name, path, kind, text, value } = row;
  const [isOpen, setOpen] = useState(false);
  if (kind === "branch")
    return (
      <li>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "▾" : "▸"} <Marked text={name} find={find} /> <span class="faint">{text}</span>
        </button>
        <button type="button" onClick={() => go(path)} aria-label={`Read ${path} by itself`}>
          ↗
        </button>
        {isOpen && <Branch value={value} path={path} find={find} go={go} />}
      </li>
    );
  if (kind === "more")
    return (
      <li>
        <button type="button" onClick={() => go(path)}>
          {text}: read this part by itself
        </button>
      </li>
    );
  return (
    <li>
      <Marked text={name} find={find} />:{" "}
      {kind === "secret" ? <span class="badge warn">secret</span> : <Marked text={text} find={find} />}
    </li>
  );
}

function Marked({ text, find }: { text: string; find: string }) {
  const parts = splitAtFind(text, find);
  if (!parts) return <>{text}</>;
  return (
    <>
      {parts[0]}
      <mark>{parts[1]}</mark>
      {parts[2]}
    </>
  );
}
