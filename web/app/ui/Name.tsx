export interface NameProps {
  userId: string;
  name: string;
  /** The signed-in person, who is called "you". */
  me?: string | null;
}

/** A person's name as they wrote it. */
export function Name({ name }: NameProps) {
  return <bdi>{name}</bdi>;
}
