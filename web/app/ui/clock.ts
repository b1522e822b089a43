/** One timer for every relative time on the page; it rests while nobody looks. */
const TICK_MS = 15_000;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;

/** Be told that time has passed; returns how to be told no more. */
export function onTick(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener("visibilitychange", attend);
  listeners.add(listener);
  attend();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener("visibilitychange", attend);
    attend();
  };
}

function attend(): void {
  const wanted = listeners.size > 0 && document.visibilityState === "visible";
  if (!wanted && timer !== null) {
    clearInterval(timer);
    timer = null;
  } else if (wanted && timer === null) {
    timer = setInterval(tick, TICK_MS);
    tick();
  }
}

function tick(): void {
  for (const listener of [...listeners]) listener();
}
