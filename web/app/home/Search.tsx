import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { text } from "../strings.ts";
import { SearchIcon } from "../ui/icons.tsx";
import styles from "./Search.module.css";

/** As long as somebody still types, nothing is asked. */
const REST_MS = 250;
/* The service looks for no more. */
const LONGEST = 200;

interface SearchProps {
  sought: string;
  onSeek: (sought: string) => void;
}

/** Looks for words in my drafts: shortly after they are typed, at once with Enter. */
export function Search({ sought, onSeek }: SearchProps) {
  const [typed, setTyped] = useState(sought);
  const asked = useRef(sought);
  const seek = useRef(onSeek);
  useEffect(() => {
    seek.current = onSeek;
  });

  const ask = useCallback((words: string) => {
    asked.current = words.trim();
    seek.current(asked.current);
  }, []);

  useEffect(() => {
    // The address changed by itself: somebody went back, or followed a link.
    if (sought !== asked.current) setTyped(sought);
    asked.current = sought;
  }, [sought]);

  useEffect(() => {
    if (typed.trim() === asked.current) return;
    const timer = setTimeout(() => ask(typed), REST_MS);
    return () => clearTimeout(timer);
  }, [typed, ask]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask(typed);
  };

  return (
    <form className={styles.search} onSubmit={submit}>
      <SearchIcon />
      <input
        type="search"
        dir="auto"
        aria-label={text.home.search}
        placeholder={text.home.search}
        maxLength={LONGEST}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </form>
  );
}
