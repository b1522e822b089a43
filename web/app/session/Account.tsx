import { useState } from "react";
import { NotLoadedDialog } from "../NotLoaded.tsx";
import { part } from "../parts.tsx";
import { text } from "../strings.ts";
import { Avatar } from "../ui/Avatar.tsx";
import { Menu, type MenuItem } from "../ui/Menu.tsx";
import styles from "./Account.module.css";
import { ClerkButton } from "./ClerkButton.tsx";
import { useSession } from "./session.ts";
import { useNotifying } from "./useNotifying.ts";

const YourName = part(() => import("./YourName.tsx"), { missing: NotLoadedDialog });
const words = text.session.account;

/** Who I am, and what I can change about it. */
export function Account() {
  const { userId, me, way, clerk, askToSignIn, signOut } = useSession();
  const [naming, setNaming] = useState(false);
  const notifying = useNotifying();
  if (userId === null) return null;

  const name = me?.display ?? userId;
  const items: (MenuItem | "separator")[] = [
    { label: words.yourName, onSelect: () => setNaming(true) },
    { label: words.notify, checked: notifying.on, onSelect: () => void notifying.change(!notifying.on) },
    "separator",
    ...(way === "development"
      ? [{ label: words.beSomebodyElse, onSelect: () => askToSignIn(words.beSomebodyElseWhy) }]
      : []),
    { label: words.signOut, onSelect: () => void signOut() },
  ];
  const face = (
    <>
      <Avatar userId={userId} name={name} />
      <bdi className={styles.name} aria-hidden="true">
        {name}
      </bdi>
    </>
  );
  return (
    <>
      {way === "clerk" && clerk.clerk && <ClerkButton clerk={clerk.clerk} />}
      <Menu label={words.menu(name)} button={face} items={items} />
      {naming && <YourName onClose={() => setNaming(false)} />}
    </>
  );
}
