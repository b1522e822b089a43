import { useGet } from "@onering/client/react";
import { text } from "../strings.ts";
import { Problem } from "../ui/Problem.tsx";
import { Spinner } from "../ui/Spinner.tsx";
import styles from "./people.module.css";

/**
 * What is shown of a draft where it is shared, to look at and to take along. It is read as a text and drawn as data: an
 * image of its own would be asked for by nobody, and a private draft is shown to nobody.
 */
export function ShareCard({ draftId, title }: { draftId: string; title: string }) {
  const { data, error, refresh } = useGet("/v1/collab/drafts/{draft_id}/share-card.svg", {
    path: { draft_id: draftId },
  });
  if (data === null) return error === null ? <Spinner /> : <Problem error={error} retry={refresh} />;
  const picture = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(data)}`;
  return (
    <figure className={styles.card}>
      <img src={picture} alt={text.share.alternative(title)} width={1200} height={630} />
      <figcaption>
        <a href={picture} download={text.share.file(title)}>
          {text.share.download}
        </a>
      </figcaption>
    </figure>
  );
}
