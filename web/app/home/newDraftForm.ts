import type { Command, Config, Platform, Visibility } from "@onering/client";
import { text } from "../strings.ts";
import { length, number } from "../ui/format.ts";

/** What is entered for a new draft. */
export interface NewDraftForm {
  title: string;
  visibility: Visibility;
  platform: Platform | "";
  beginning: string;
}

/** What the service would not take, said before it is asked. */
export function wrong(form: NewDraftForm, limits: Config["limits"]): { title?: string; beginning?: string } {
  const words = text.home.create;
  const found: { title?: string; beginning?: string } = {};
  if (form.title.trim() === "") found.title = words.noTitle;
  else if (length(form.title) > limits.title_characters) found.title = words.tooLong(number(limits.title_characters));
  if (length(form.beginning) > limits.segment_characters)
    found.beginning = words.tooLong(number(limits.segment_characters));
  return found;
}

export const commandOf = ({ title, visibility, platform, beginning }: NewDraftForm): Command => ({
  type: "create-draft",
  title,
  description: "",
  visibility,
  platform: platform === "" ? null : platform,
  initial_segment: beginning.trim() === "" ? null : beginning,
});
