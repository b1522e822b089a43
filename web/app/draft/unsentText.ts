/** The text in a composer: kept while it is typed and sent, and given back when it was not stored. */

import type { Segment, Written } from "@onering/client";
import { canTell, PAGE, showUp, whenGone } from "./pages.ts";
import {
  joined,
  keepSent,
  keepUnsent,
  readSent,
  readUnsent,
  type Sent,
  sentKey,
  unsentKey,
  withoutBeginning,
} from "./unsent.ts";
import { givenBack } from "./writing.ts";

interface Underway {
  readonly sent: Sent;
  refused: boolean;
}

/** What one person writes in one draft. All pages of the browser show the same of it, and each gives back what it sent. */
export class UnsentText {
  readonly #userId: string;
  readonly #draftId: string;
  readonly #listeners = new Set<() => void>();
  readonly #watched = new Set([PAGE]);
  #text: string;
  #written: readonly Written[] | null = null;
  #hasAdopted = false;
  #underway: Underway[] = [];
  /** What a page that is gone had sent, as it begins the text: it may still turn out to be stored. */
  #returned: readonly Sent[] = [];

  private constructor(userId: string, draftId: string) {
    this.#userId = userId;
    this.#draftId = draftId;
    this.#text = readUnsent(userId, draftId);
  }

  /** Where it keeps what is underway. */
  get sentKey(): string {
    return sentKey(this.#userId, this.#draftId);
  }

  /** The one that all who write for this person and draft share. */
  static of(userId: string, draftId: string): UnsentText {
    // Before anything is sent: other pages must not take this one for gone.
    showUp();
    listen();
    return TEXTS.get(unsentKey(userId, draftId)) ?? new UnsentText(userId, draftId);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    TEXTS.set(unsentKey(this.#userId, this.#draftId), this);
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#leave();
    };
  };

  /** What is typed, and not sent or refused. */
  readonly getText = (): string => this.#text;

  readonly type = (text: string): void => {
    keepUnsent(this.#userId, this.#draftId, text);
    this.#show(text);
  };

  /** Take the text out to send it; `send` says whether it was accepted, and what was refused is given back. */
  readonly hand = async (send: (content: string) => Promise<boolean>): Promise<boolean> => {
    const sent: Sent = { id: `${PAGE}:${count++}`, page: PAGE, content: this.#text, after: this.#last };
    const underway: Underway = { sent, refused: false };
    this.#underway.push(underway);
    this.#returned = [];
    keepSent(this.#userId, this.#draftId, [...this.#kept(), sent]);
    this.type("");
    const accepted = await send(sent.content);
    if (accepted) this.#settled([underway]);
    else underway.refused = true;
    this.#settle();
    this.#leave();
    return accepted;
  };

  /** Put in front what was not taken. */
  giveBack(text: string): void {
    if (text !== "") this.type(givenBack(text, this.#text));
  }

  /** This is what the draft has: what was stored, though nobody was told, is not offered again. */
  shows(written: readonly Written[]): void {
    this.#written = written;
    this.adopt();
    const returned = this.#returned;
    this.#returned = this.#lost(returned);
    const lost = new Set(this.#returned.map(({ id }) => id));
    for (const { id, content } of returned) if (!lost.has(id)) this.type(withoutBeginning(this.#text, content));
  }

  /** Takes over what pages that are gone had sent; whoever can't tell that looks once, when the page is opened. */
  adopt(): void {
    if (this.#written === null || (this.#hasAdopted && !canTell())) return;
    this.#hasAdopted = true;
    for (const { page } of this.#kept()) {
      if (this.#watched.has(page)) continue;
      this.#watched.add(page);
      whenGone(page, () => this.#takeOver(page));
    }
  }

  /** Another page typed. */
  heard(text: string): void {
    this.#show(text);
  }

  #takeOver(page: string): void {
    this.#watched.delete(page);
    const left = this.#kept().filter((sent) => sent.page === page);
    if (left.length === 0) return;
    const lost = this.#lost(left);
    this.giveBack(joined(lost.map(({ content }) => content)));
    this.#returned = [...lost, ...this.#returned];
    keepSent(
      this.#userId,
      this.#draftId,
      this.#kept().filter((sent) => sent.page !== page),
    );
  }

  /** Once nothing is underway any more, what was refused comes back in its order. */
  #settle(): void {
    if (this.#underway.some(({ refused }) => !refused)) return;
    const back = this.#underway;
    this.giveBack(joined(back.map(({ sent }) => sent.content)));
    this.#settled(back);
  }

  #settled(settled: readonly Underway[]): void {
    const ids = new Set(settled.map(({ sent }) => sent.id));
    this.#underway = this.#underway.filter(({ sent }) => !ids.has(sent.id));
    keepSent(
      this.#userId,
      this.#draftId,
      this.#kept().filter(({ id }) => !ids.has(id)),
    );
  }

  #kept(): readonly Sent[] {
    return readSent(this.#userId, this.#draftId);
  }

  /** Those that the draft has not got; each of its segments is what one of them became, and counts once. */
  #lost(sent: readonly Sent[]): readonly Sent[] {
    const own = this.#stored.filter((segment) => segment.author_user_id === this.#userId);
    const lost = sent.filter(({ content, after }) => {
      const at = own.findIndex((segment) => segment.segment_order > after && segment.content === content);
      if (at >= 0) own.splice(at, 1);
      return at < 0;
    });
    return lost.map((each) => ({ ...each, after: Math.max(each.after, this.#last) }));
  }

  get #stored(): readonly Segment[] {
    return (this.#written ?? []).filter(({ state }) => state === "stored").map(({ segment }) => segment);
  }

  /** The order of the last segment. */
  get #last(): number {
    return this.#stored.at(-1)?.segment_order ?? -1;
  }

  #show(text: string): void {
    if (text === this.#text) return;
    this.#text = text;
    for (const listener of [...this.#listeners]) listener();
  }

  #leave(): void {
    const key = unsentKey(this.#userId, this.#draftId);
    const isUsed = this.#listeners.size > 0 || this.#underway.length > 0;
    if (!isUsed && TEXTS.get(key) === this) TEXTS.delete(key);
  }
}

let count = 0;

/** Those in use, by the key of what they keep. */
const TEXTS = new Map<string, UnsentText>();

let listening = false;

/** Hears what other pages of this browser keep. */
function listen(): void {
  if (listening) return;
  listening = true;
  addEventListener("storage", ({ key, newValue }) => {
    if (key === null) return;
    TEXTS.get(key)?.heard(newValue ?? "");
    for (const text of TEXTS.values()) if (text.sentKey === key) text.adopt();
  });
}
