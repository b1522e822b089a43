/** Every route of the API as types: what it takes, and what it answers. */

import type { paths } from "./schema.ts";

/** A method, as `schema.ts` spells it. */
export type Method = "get" | "post" | "patch" | "delete";

/** The paths that have such a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [Key in M]: infer Found }
    ? Found extends object
      ? P
      : never
    : never;
}[keyof paths];

/** One operation. */
export type Operation<M extends Method, P extends PathWith<M>> = paths[P] extends { readonly [Key in M]: infer Found }
  ? Found
  : never;

type Parameters<Found, Where extends "path" | "query"> = Found extends {
  readonly parameters: { readonly [Key in Where]?: infer Given };
}
  ? Exclude<Given, undefined>
  : never;

type Body<Found> = Found extends { readonly requestBody?: infer Given }
  ? Exclude<Given, undefined> extends { readonly content: { readonly "application/json": infer Content } }
    ? Content
    : never
  : never;

/** A member that is not there where there is nothing to give, and optional where nothing has to be given. */
type Member<Name extends string, Given> = [Given] extends [never]
  ? { readonly [Key in Name]?: never }
  : object extends Given
    ? { readonly [Key in Name]?: Given | undefined }
    : { readonly [Key in Name]: Given };

/** What any call may be given. */
export interface Common {
  /** Aborting it rejects the call with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a read takes. */
export type ReadOptions<P extends PathWith<"get">> = Common &
  Member<"path", Parameters<Operation<"get", P>, "path">> &
  Member<"query", Parameters<Operation<"get", P>, "query">>;

/** What any operation takes. */
export type CallOptions<M extends Method, P extends PathWith<M>> = Common & {
  readonly headers?: Readonly<Record<string, string>> | undefined;
} & Member<"path", Parameters<Operation<M, P>, "path">> &
  Member<"query", Parameters<Operation<M, P>, "query">> &
  Member<"body", Body<Operation<M, P>>>;

/** The options of a call, which may be left out where all of them may. */
export type Optional<Options> = object extends Options ? [options?: Options] : [options: Options];

type Content<Found> = Found extends { readonly responses: { readonly 200: { readonly content: infer Kinds } } }
  ? Kinds extends { readonly "application/json": infer Json }
    ? Json
    : Kinds[keyof Kinds]
  : never;

/** What an operation answers when it says yes: JSON read, text as a string, anything else as a Blob. */
export type Answer<M extends Method, P extends PathWith<M>> = Content<Operation<M, P>>;
