import styles from "./Avatar.module.css";
import { initialsOf, personStyle } from "./person.ts";

export interface AvatarProps {
  userId: string;
  name: string;
  /** Its diameter in CSS pixels. */
  size?: number;
  /** Whether the person is looking at the draft now; undefined says nothing about it. */
  present?: boolean | undefined;
  /** Whether the ring is theirs: they wear it. */
  holder?: boolean | undefined;
}

/** A person as initials on their colour. It stands beside the name, so it is hidden from screen readers. */
export function Avatar({ userId, name, size = 32, present, holder }: AvatarProps) {
  const style = { ...personStyle(userId), inlineSize: size, blockSize: size, fontSize: size * 0.4 };
  return (
    <span
      className={`person ${styles.avatar}`}
      style={style}
      aria-hidden="true"
      data-present={present}
      data-holder={holder || undefined}
    >
      {initialsOf(name)}
    </span>
  );
}
