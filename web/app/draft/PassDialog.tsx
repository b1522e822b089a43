/** Passing the ring: to somebody, or to whom a strategy chooses. */

import type { Draft, DraftActions, DraftState, Outcome, Strategy } from "@onering/client";
import { usePresence } from "@onering/client/react";
import { useState } from "react";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Empty } from "../ui/Empty.tsx";
import { toast } from "../ui/toast.ts";
import { withNames } from "./names.ts";
import styles from "./PassDialog.module.css";
import { nameOf } from "./people.ts";
import { reasonOf } from "./reasons.ts";

/** `best_next` is not offered: it chooses as `most_inactive` does. */
const STRATEGIES = ["most_inactive", "round_robin", "back_to_creator"] as const satisfies readonly Strategy[];

export interface PassDialogProps {
  draft: Draft;
  names: DraftState["names"];
  send: DraftActions["send"];
  /** What is sent before; it resolves to whether it was accepted, and the ring stays where it is if it was not. */
  first?: () => Promise<boolean>;
  onClose: () => void;
}

export default function PassDialog({ draft, names, send, first, onClose }: PassDialogProps) {
  const { people } = usePresence(draft.draft_id);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const draft_id = draft.draft_id;
  const holder = draft.ring_state.current_holder_id;
  const others = draft.members.filter((member) => member.role !== "viewer" && member.user_id !== holder);
  const back = others.some((member) => member.user_id === draft.creator_id);
  const strategies = STRATEGIES.filter((strategy) => strategy !== "back_to_creator" || back);

  async function pass(how: () => Promise<Outcome>) {
    if (busy) return;
    setBusy(true);
    setFailed(null);
    // One is sent behind the other, and not at all if that was refused: both may wait for the network together.
    const before = first?.();
    const passing = how();
    if (before !== undefined) onClose();
    try {
      toast({ kind: "good", ...passed(draft, names, await passing) });
      if (before === undefined) onClose();
    } catch (error) {
      await tell(reasonOf(error, names), before);
    }
  }

  async function tell(reason: string, before: Promise<boolean> | undefined) {
    setBusy(false);
    if (before === undefined) setFailed(reason);
    else if (await before) toast({ kind: "bad", title: text.draft.ring.failed, body: reason });
  }

  const to = (to_user_id: string) => pass(() => send({ type: "pass-ring", draft_id, to_user_id }));
  const smart = (strategy: Strategy) =>
    pass(() => send({ type: "pass-ring-smart", draft_id, strategy, allow_ai: false }));

  return (
    <Dialog open title={text.draft.ring.pass} onClose={onClose}>
      <div className={styles.pass} aria-busy={busy}>
        {first !== undefined && <p className={styles.first}>{text.draft.ring.writesFirst}</p>}
        <p role="alert" className={styles.failed}>
          {failed}
        </p>
        {others.length === 0 && <Empty title={text.draft.ring.nobody}>{text.draft.ring.nobodyWhy}</Empty>}
        {others.length > 0 && (
          <>
            <h3>{text.draft.ring.to}</h3>
            <ul>
              {others.map(({ user_id }) => (
                <li key={user_id}>
                  <button type="button" disabled={busy} onClick={() => to(user_id)}>
                    <Avatar userId={user_id} name={nameOf(draft, names, user_id)} present={people.includes(user_id)} />
                    <span className={styles.label}>
                      <bdi>{nameOf(draft, names, user_id)}</bdi>
                    </span>
                    {people.includes(user_id) && <span className={styles.why}>{text.draft.ring.here}</span>}
                  </button>
                </li>
              ))}
            </ul>
            <h3>{text.draft.ring.chosen}</h3>
            <ul>
              {strategies.map((strategy) => (
                <li key={strategy}>
                  <button type="button" className={styles.strategy} disabled={busy} onClick={() => smart(strategy)}>
                    <span className={styles.label}>{text.draft.ring.strategies[strategy].label}</span>
                    <span className={styles.why}>{text.draft.ring.strategies[strategy].why}</span>
                  </button>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** What is said of a pass: who has the ring, and why if it was chosen. */
function passed(draft: Draft, names: DraftState["names"], outcome: Outcome): { title: string; body?: string } {
  const event = outcome.events.find((one) => one.type === "ring_passed");
  const to = event?.data?.to_user_id ?? draft.ring_state.current_holder_id;
  const title = text.draft.ring.passedTo(nameOf(draft, names, to));
  const why = event?.data?.reasoning;
  return why === undefined ? { title } : { title, body: withNames(why, names) };
}
