import { useEffect, useState } from "preact/hooks";

/** Modules of white around a code, without which many cameras do not find it. */
const BORDER = 4;

/** A QR code, drawn here: nobody else learns what it says. */
export function Qr({ text, label }: { text: string; label: string }) {
  const [modules, setModules] = useState<{ side: number; path: string }>();
  useEffect(() => {
    let isShown = true;
    void import("qrcode").then(({ create }) => {
      const { size, data } = create(text, { errorCorrectionLevel: "M" }).modules;
      const dark = [...data].flatMap((on, at) =>
        on ? [`M${at % size} ${Math.floor(at / size)}h1v1h-1z`] : [],
      );
      if (isShown) setModules({ side: size, path: dark.join("") });
    });
    return () => {
      isShown = false;
    };
  }, [text]);
  const { side, path } = modules ?? { side: 29, path: "" };
  return (
    <svg
      class="qr"
      viewBox={`${-BORDER} ${-BORDER} ${side + 2 * BORDER} ${side + 2 * BORDER}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <rect x={-BORDER} y={-BORDER} width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
