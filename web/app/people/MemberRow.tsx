import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Menu, type MenuItem } from "../ui/Menu.tsx";
import { Name } from "../ui/Name.tsx";
import type { PersonFacts } from "./facts.ts";
import styles from "./people.module.css";

/** What the owner can do with somebody, by the row's menu. */
export interface MemberActions {
  changeRole: () => void;
  makeOwner: () => void;
  remove: () => void;
}

export interface MemberRowProps {
  facts: PersonFacts;
  me: string | null;
  /** Null where there is nothing to be done with them. */
  actions: MemberActions | null;
}

/** One person of a draft: who they are, what they may do, and whether they are here. */
export function MemberRow({ facts: { member, holds, here, silent }, me, actions }: MemberRowProps) {
  const said = [here && text.people.here, text.people[member.role], silent && text.people.notYet];
  return (
    <li className={styles.person} data-holds={holds || undefined}>
      <Avatar userId={member.user_id} name={member.display} size={40} present={here} holder={holds} />
      <div className={styles.who}>
        <p className={styles.name}>
          <Name userId={member.user_id} name={member.display} />
          {member.user_id === me && <span className={styles.soft}> ({text.people.you})</span>}
        </p>
        <p className={styles.facts}>
          {holds && <strong className={styles.holds}>{text.people.holds}</strong>}
          {holds && " · "}
          {said.filter(Boolean).join(" · ")}
        </p>
      </div>
      {actions !== null && (
        <Menu label={text.people.more(member.display)} button={<Dots />} items={items(member.role, actions)} />
      )}
    </li>
  );
}

function items(role: string, { changeRole, makeOwner, remove }: MemberActions): readonly (MenuItem | "separator")[] {
  return [
    { label: role === "viewer" ? text.people.letWrite : text.people.letRead, onSelect: changeRole },
    { label: text.people.transfer.item, onSelect: makeOwner },
    "separator",
    { label: text.people.remove.item, onSelect: remove, danger: true },
  ];
}

const Dots = () => (
  <span aria-hidden="true" className={styles.dots}>
    ⋯
  </span>
);
