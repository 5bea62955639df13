import { adviceFor } from "../api/advice.ts";
import { DeskError } from "../api/ask.ts";

/** An error with its code, and what to do. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const { code, message, retryAfterS } =
    error instanceof DeskError ? error : new DeskError("PAGE_FAILED", String(error), 0);
  const advice = adviceFor(code, retryAfterS);
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{message}</strong> <code>{code}</code>
      </p>
      {advice && <p>{advice}</p>}
      {again && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}
