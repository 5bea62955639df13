import { useState } from "preact/hooks";

/** A text with a button that copies it. */
export function Copyable({ text }: { text: string }) {
  const [label, setLabel] = useState("Copy");
  const copy = () => {
    // Without a secure context there is no clipboard: the text can still be selected.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setLabel("Copied"),
      () => setLabel("Select it"),
    );
  };
  return (
    <div class="row">
      <code class="big grow">{text}</code>
      <button type="button" onClick={copy}>
        {label}
      </button>
    </div>
  );
}
