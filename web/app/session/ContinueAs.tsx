import { type FormEvent, useState } from "react";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Button } from "../ui/Button.tsx";
import { Field } from "../ui/Field.tsx";
import { sentenceOf } from "../ui/problems.ts";
import styles from "./ContinueAs.module.css";
import { useSession } from "./session.ts";
import { isUserId, knownNames } from "./who.ts";

const words = text.session.continueAs;

/** On one's own machine one is whoever one says one is: a name, or one that was used here before. */
export function ContinueAs() {
  const { userId, continueAs } = useSession();
  const [name, setName] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const known = knownNames().filter((each) => each !== userId);

  const be = async (wanted: string) => {
    if (!isUserId(wanted)) return setError(wanted === "" ? words.empty : words.wrong);
    setBusy(wanted);
    setError(null);
    try {
      await continueAs(wanted);
    } catch (fault) {
      setError(sentenceOf(fault as Error));
      setBusy(null);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void be(name.trim());
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label={words.label} hint={words.hint} error={error}>
        {(control) => (
          <div className={styles.line}>
            <input
              {...control}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={255}
            />
            <Button kind="primary" type="submit" busy={busy !== null && busy === name.trim()}>
              {words.go}
            </Button>
          </div>
        )}
      </Field>
      {known.length > 0 && (
        <ul className={styles.known} aria-label={words.known}>
          {known.map((each) => (
            <li key={each}>
              <Button onClick={() => void be(each)} busy={busy === each}>
                <Avatar userId={each} name={each} size={24} />
                <bdi>{each}</bdi>
              </Button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
