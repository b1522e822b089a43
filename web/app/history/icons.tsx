import type { ReactNode } from "react";

/* The direction of time follows that of reading: the style mirrors these two from right to left. */
function Glyph({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <svg className={className} aria-hidden="true" width="16" height="16" viewBox="0 0 16 16" fill="currentcolor">
      {children}
    </svg>
  );
}

export const BackIcon = () => (
  <Glyph className="towards">
    <path d="M10.700 2.300l1.400 1.400L7.800 8l4.300 4.300-1.400 1.400L5 8z" />
  </Glyph>
);

export const OnIcon = () => (
  <Glyph className="towards">
    <path d="M5.300 2.300L3.900 3.700 8.200 8l-4.300 4.300 1.400 1.400L11 8z" />
  </Glyph>
);

export const PlayIcon = () => (
  <Glyph>
    <path d="M4 2.500l9 5.500-9 5.500z" />
  </Glyph>
);

export const PauseIcon = () => (
  <Glyph>
    <path d="M3.500 2.500h3v11h-3zM9.500 2.500h3v11h-3z" />
  </Glyph>
);
