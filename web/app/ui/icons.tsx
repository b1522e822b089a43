import type { ReactNode } from "react";

/* Drawn on 24 by 24 in the colour of the text; decoration beside words or in a labelled button. */
function Icon({ children, size = 20 }: { children: ReactNode; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentcolor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const CrossIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="6.5" />
    <path d="M16 16l5 5" />
  </Icon>
);

export const PlusIcon = () => (
  <Icon>
    <path d="M12 5v14M5 12h14" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="3.5" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon size={18}>
    <path d="M5 12.5l4.5 4.5L19 7.5" />
  </Icon>
);

/** The ring itself, as wide as the text around it is high. */
export const RingIcon = ({ size = 20 }: { size?: number }) => (
  <Icon size={size}>
    <circle cx="12" cy="12" r="8" strokeWidth="3" />
  </Icon>
);

export const LockIcon = () => (
  <Icon size={16}>
    <path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 017 0v3" />
  </Icon>
);

export const EyeIcon = () => (
  <Icon size={16}>
    <path d="M2 12s3.5-6 10-6 10 6 10 6-3.5 6-10 6S2 12 2 12z" />
    <circle cx="12" cy="12" r="2.5" />
  </Icon>
);

export const CloudOffIcon = () => (
  <Icon size={16}>
    <path d="M3 3l18 18M8 7.5A6 6 0 0118.5 10a4 4 0 011.8 6.7M16 18H7a4.5 4.5 0 01-1.500-8.7" />
  </Icon>
);

export const CatchUpIcon = () => (
  <Icon size={16}>
    <path d="M20 12a8 8 0 11-2.5-5.800M20 3v4.500h-4.500" />
  </Icon>
);

export const LiveIcon = () => (
  <Icon size={16}>
    <circle cx="12" cy="12" r="3" fill="currentcolor" />
    <path d="M6.500 6.500a8 8 0 000 11M17.500 6.500a8 8 0 010 11" />
  </Icon>
);

export const StopIcon = () => (
  <Icon size={16}>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M8.500 12h7" />
  </Icon>
);
