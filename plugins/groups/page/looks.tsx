import { useState } from "preact/hooks";
import { ACCESS, type OneProps } from "./answers.ts";

/** Name, tag, text and openness of a group, for those who may edit them; they are written together. */
export function Looks({ group, act }: Pick<OneProps, "group" | "act">) {
  const [name, setName] = useState(group.name);
  const [tag, setTag] = useState(group.tag ?? "");
  const [text, setText] = useState(group.text);
  const [access, setAccess] = useState(group.access);
  const save = (event: Event) => {
    event.preventDefault();
    // What stays as it is is left out: a name may have become one that is not given any more.
    const short = tag.trim() || null;
    const changed = {
      ...(name.trim() !== group.name && { name: name.trim() }),
      ...(short !== group.tag && { tag: short }),
      ...(text !== group.text && { text }),
      ...(access !== group.access && { access }),
    };
    void act("PATCH", `/${group.id}`, changed)();
  };
  return (
    <details>
      <summary>Edit the group</summary>
      <form class="looks" onSubmit={save}>
        <label>
          Name
          <input
            maxLength={96}
            required
            autocomplete="off"
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <label>
          Tag
          <input
            maxLength={24}
            autocomplete="off"
            value={tag}
            onInput={({ currentTarget }) => setTag(currentTarget.value)}
          />
        </label>
        <label>
          What it says of itself
          <textarea
            rows={3}
            maxLength={500}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </label>
        <span class="label">Who may join</span>
        <p class="choice">
          {(["open", "request", "closed"] as const).map((one) => (
            <button key={one} type="button" aria-pressed={access === one} onClick={() => setAccess(one)}>
              {ACCESS[one]}
            </button>
          ))}
        </p>
        <button type="submit" class="main">
          Save
        </button>
      </form>
    </details>
  );
}
