import { timeText } from "../kit/format.ts";
import { Empty, Loaded } from "../kit/loaded.tsx";
import { useAsk } from "../kit/use-ask.ts";

/** What operators have written about a player. */
export function NotesTab({ player, again: _again }: { player: string; again: () => void }) {
  const asked = useAsk("players.notes", { player, limit: 100 });
  return (
    <Loaded asked={asked}>
      {({ notes }) =>
        notes.length === 0 ? (
          <Empty>Nobody has written a note.</Empty>
        ) : (
          <ul class="lines">
            {notes.map(({ id, at, by, text }) => (
              <li key={id}>
                <small>
                  {timeText(at)}, {by}
                </small>
                <p>{text}</p>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
