import type { ComponentChildren } from "preact";

// Drawn, as not every device has these signs in its fonts.

function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none">
      <g stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
        {children}
      </g>
    </svg>
  );
}

/** A microphone. */
export const MicrophoneIcon = () => (
  <Icon>
    <rect x="9" y="3" width="6" height="11" rx="3" fill="currentColor" />
    <path d="M5 11a7 7 0 0 0 14 0M12 18v3M8 21h8" />
  </Icon>
);

/** A loudspeaker, which may be off. */
export const SpeakerIcon = ({ isOff = false }: { isOff?: boolean }) => (
  <Icon>
    <path d="M4 9v6h4l5 4V5L8 9z" fill="currentColor" />
    <path d={isOff ? "M17 9l5 6M22 9l-5 6" : "M17 9a4 4 0 0 1 0 6M19.5 6.5a8 8 0 0 1 0 11"} />
  </Icon>
);
