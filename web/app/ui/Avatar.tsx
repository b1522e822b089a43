export interface AvatarProps {
  userId: string;
  name: string;
  /** Its diameter in CSS pixels. */
  size?: number;
  /** Whether the person is looking at the draft; undefined says nothing about it. */
  present?: boolean | undefined;
  /** Whether the ring is theirs. */
  holder?: boolean | undefined;
}

/** A person as their initials on their colour; decoration beside a name, so hidden from screen readers. */
export function Avatar({ name }: AvatarProps) {
  return <span aria-hidden="true">{name.slice(0, 1)}</span>;
}
