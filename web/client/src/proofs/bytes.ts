/** Bytes as text, each in its one spelling, and text as bytes. */

import { sha256 } from "@noble/hashes/sha2.js";
import { ensure, NotProved } from "./wrong.ts";

export const HASH_BYTES = 32;

/** A text in UTF-8. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** SHA-256 of parts, one after the other. */
export function digest(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Whether they are the same; nothing here is secret. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Hexadecimal digits, lower-case. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What an even number of hexadecimal digits spells. */
export function unhex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** RFC 4648 §4. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** What base64 spells, if it is the one spelling of it. Throws NotProved. */
export function unbase64(text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new NotProved("malformed", "something in it is not base64");
  }
  ensure(base64(bytes) === text, "malformed", "something in it is not base64");
  return bytes;
}

/** A SHA-256 hash from base64. Throws NotProved. */
export function hash(text: string): Uint8Array {
  const bytes = unbase64(text);
  ensure(bytes.length === HASH_BYTES, "malformed", "something in it is not a hash of 32 bytes");
  return bytes;
}

/** A whole number as decimal digits without leading zeros. Throws NotProved. */
export function whole(text: string): number {
  const value = /^(0|[1-9][0-9]*)$/.test(text) ? Number(text) : Number.NaN;
  ensure(Number.isSafeInteger(value), "malformed", "something in it is not a number, or too large a one");
  return value;
}
