import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, type DeskError, type OperationName, type ParamsOf, type ResultOf } from "../api/ask.ts";
import { isWatched } from "../api/idle.ts";

/** A question to the server and what came of it so far. */
export interface Asked<Result> {
  /** The last good answer, which stays while another one is awaited. */
  readonly answer: Result | undefined;
  /** Why the last try failed. */
  readonly error: DeskError | undefined;
  readonly isAsking: boolean;
  /** Asks again. */
  again(): void;
  /** Puts something in the place of the answer. */
  put(answer: Result): void;
}

interface State<Result> {
  readonly key: string;
  readonly answer?: Result;
  readonly error?: DeskError;
  readonly isAsking: boolean;
}

/**
 * Asks a route as long as the component is shown.
 *
 * @param params undefined: nothing is asked yet
 * @param everyMs asks again after so long, while somebody looks at the page
 */
export function useAsk<Name extends OperationName>(
  name: Name,
  params: ParamsOf<Name> | undefined,
  everyMs?: number,
): Asked<ResultOf<Name>> {
  const key = params === undefined ? "" : `${name} ${JSON.stringify(params)}`;
  const [state, setState] = useState<State<ResultOf<Name>>>({ key, isAsking: params !== undefined });
  const [turn, setTurn] = useState(0);
  const asked = useRef(params);
  asked.current = params;

  // `key` says all of the parameters, `turn` asks again
  useEffect(() => {
    const wanted = asked.current;
    if (wanted === undefined) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      setState((was) => (was.key === key ? { ...was, isAsking: true } : { key, isAsking: true }));
      try {
        const answer = await ask(name, wanted, stop.signal);
        if (!stop.signal.aborted) setState({ key, answer, isAsking: false });
      } catch (error) {
        if (stop.signal.aborted) return;
        setState((was) => ({ ...was, key, error: error as DeskError, isAsking: false }));
      }
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(next, everyMs);
    };
    const next = () => {
      if (isWatched()) void once();
      else timer = setTimeout(next, everyMs);
    };
    void once();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, turn]);

  const again = useCallback(() => setTurn((count) => count + 1), []);
  const put = useCallback((answer: ResultOf<Name>) => setState({ key, answer, isAsking: false }), [key]);
  const own =
    state.key === key ? state : { isAsking: params !== undefined, answer: undefined, error: undefined };
  return { answer: own.answer, error: own.error, isAsking: own.isAsking, again, put };
}
