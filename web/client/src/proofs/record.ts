/** An entry of the log as an export has it: a line of JSON, and what is hashed of it (docs/LOG.md). */

import { digest, hex, unhex, utf8 } from "./bytes.ts";
import { ensure, NotProved } from "./wrong.ts";

/** The columns of the log's table, in their order. UUIDs, hashes and the time are as they are spelled. */
export interface LoggedEvent {
  readonly lane: number;
  readonly position: number;
  readonly stream_id: string;
  readonly stream_type: string;
  readonly version: number;
  readonly workspace_id: string;
  readonly event_id: string;
  readonly type: string;
  readonly schema_version: number;
  /** The text that was hashed, `{"idempotency_key": …, "data": …}`; null once it was erased, as the salt. */
  readonly payload: string | null;
  readonly salt: string | null;
  readonly payload_hash: string;
  readonly issuer: string;
  readonly subject: string;
  readonly impersonator: string | null;
  readonly command_id: string;
  readonly correlation_id: string;
  readonly causation_id: string | null;
  readonly recorded_at: string;
  readonly leaf: string;
}

type Kind = (value: unknown) => boolean;

const spelled =
  (pattern: RegExp): Kind =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const optional =
  (kind: Kind): Kind =>
  (value) =>
    value === null || kind(value);

const NUMBER: Kind = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const TEXT: Kind = (value) => typeof value === "string";
const UUID = spelled(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const HASH = spelled(/^[0-9a-f]{64}$/);
const SALT = spelled(/^[0-9a-f]{32}$/);
const TIME = spelled(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);

const COLUMNS: Readonly<Record<keyof LoggedEvent, Kind>> = {
  lane: NUMBER,
  position: NUMBER,
  stream_id: UUID,
  stream_type: TEXT,
  version: NUMBER,
  workspace_id: UUID,
  event_id: UUID,
  type: TEXT,
  schema_version: NUMBER,
  payload: optional(TEXT),
  salt: optional(SALT),
  payload_hash: HASH,
  issuer: TEXT,
  subject: TEXT,
  impersonator: optional(TEXT),
  command_id: UUID,
  correlation_id: TEXT,
  causation_id: optional(UUID),
  recorded_at: TIME,
  leaf: HASH,
};
const NAMES = Object.keys(COLUMNS) as (keyof LoggedEvent)[];

/** Reads a line, which has one spelling: the columns, in their order, and nothing else. Throws NotProved. */
export function readLine(line: Uint8Array): LoggedEvent {
  const text = decoded(line);
  const value = parsed(text);
  const isEvent = NAMES.every((name) => COLUMNS[name](value[name])) && JSON.stringify(value, NAMES) === text;
  ensure(isEvent, "malformed", "the entry is not spelled as an export spells one");
  return value as unknown as LoggedEvent;
}

/** Throws NotProved unless its hashes are those of its columns. */
export function checkHashes(event: LoggedEvent): void {
  const isErased = event.payload === null;
  ensure(isErased === (event.salt === null), "changed", "its text and its salt are erased together, or not at all");
  const isText = event.payload === null || hex(payloadHash(event.salt ?? "", event.payload)) === event.payload_hash;
  ensure(isText, "changed", "what it says was changed: it is not what its hash is of");
  ensure(hex(leafOf(event)) === event.leaf, "changed", "a field of it was changed: its leaf is that of another entry");
}

/** What stands for a payload in the leaf. */
export function payloadHash(salt: string, payload: string): Uint8Array {
  return digest(utf8("onering/payload/v1\n"), unhex(salt), utf8(payload));
}

/** The leaf of an entry: the hash of 0x00 and `entryOf` it. */
export function leafOf(event: LoggedEvent): Uint8Array {
  return digest(Uint8Array.of(0), ...entryParts(event));
}

/** The bytes that the leaf commits to. */
export function entryOf(event: LoggedEvent): Uint8Array {
  return Uint8Array.from(entryParts(event).flatMap((part) => [...part]));
}

function entryParts(event: LoggedEvent): readonly Uint8Array[] {
  const fields = [
    integer(event.lane),
    integer(event.position),
    uuid(event.stream_id),
    utf8(event.stream_type),
    integer(event.version),
    uuid(event.workspace_id),
    uuid(event.event_id),
    utf8(event.type),
    integer(event.schema_version),
    unhex(event.payload_hash),
    utf8(event.issuer),
    utf8(event.subject),
    event.impersonator === null ? null : utf8(event.impersonator),
    uuid(event.command_id),
    utf8(event.correlation_id),
    event.causation_id === null ? null : uuid(event.causation_id),
    integer(microseconds(event.recorded_at)),
  ];
  return [utf8("onering/event/v1\n"), ...fields.flatMap(behindLength)];
}

function behindLength(field: Uint8Array | null): readonly Uint8Array[] {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, field === null ? -1 : field.length);
  return field === null ? [length] : [length, field];
}

function integer(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value));
  return bytes;
}

function uuid(text: string): Uint8Array {
  return unhex(text.replaceAll("-", ""));
}

/** Microseconds since 2000-01-01 UTC, which a number does not hold. */
function microseconds(time: string): bigint {
  const seconds = time.slice(0, 19);
  const milliseconds = Date.parse(`${seconds}Z`);
  const exists = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(seconds);
  ensure(exists, "changed", "there is no such time as its own");
  return BigInt(milliseconds - Date.UTC(2000, 0)) * 1000n + BigInt(time.slice(20, 26));
}

function decoded(line: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    throw new NotProved("malformed", "the entry is not written in UTF-8");
  }
}

function parsed(text: string): Record<string, unknown> {
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // What is no JSON is no entry, as null is none.
  }
  ensure(typeof value === "object" && value !== null, "malformed", "the entry is not a JSON object");
  return value as Record<string, unknown>;
}
