import { text } from "../strings.ts";

export interface NameProps {
  userId: string;
  name: string;
  /** The signed-in person, who is called "you". */
  me?: string | null;
}

/** A person's name as they wrote it, apart from the direction of what is around it. */
export function Name({ userId, name, me }: NameProps) {
  return userId === me ? <span title={name}>{text.ui.you}</span> : <bdi>{name}</bdi>;
}
