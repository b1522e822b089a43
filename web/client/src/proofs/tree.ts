/** The Merkle tree over a log (RFC 6962 §2.1, RFC 9162 §2.1). Leaves are numbered from 0. */

import { digest, same } from "./bytes.ts";
import { ensure } from "./wrong.ts";

const INNER = Uint8Array.of(1);

/** The hash of an inner node. */
export function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return digest(INNER, left, right);
}

/** Where a node is, beside how many: both are halved on the way up. Numbers are beyond 32 bits, so no shifts. */
class Place {
  #place: number;
  #last: number;

  constructor(place: number, last: number) {
    this.#place = place;
    this.#last = last;
  }

  get isTop(): boolean {
    return this.#last === 0;
  }

  /** Goes up one level, from a right edge as many as have no sibling; returns whether the sibling is to the left. */
  up(): boolean {
    const left = this.#place % 2 === 1 || this.#place === this.#last;
    if (left) while (this.#place % 2 === 0 && this.#place !== 0) this.#halve();
    this.#halve();
    return left;
  }

  /** Goes up as long as it is a right child. */
  skip(): void {
    while (this.#place % 2 === 1) this.#halve();
  }

  #halve(): void {
    this.#place = Math.floor(this.#place / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}

/** The root to which a path leads from a leaf (RFC 9162 §2.1.3.2). Throws NotProved. */
export function rootFrom(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[]): Uint8Array {
  ensure(index < size, "changed", `it is entry ${index + 1}, and what is signed has ${size}`);
  const place = new Place(index, size - 1);
  let root = leaf;
  for (const sibling of path) {
    ensure(!place.isTop, "changed", "its path is too long for its place in the log");
    root = place.up() ? node(sibling, root) : node(root, sibling);
  }
  ensure(place.isTop, "changed", "its path is too short for its place in the log");
  return root;
}

/** A tree's size and root. */
export interface Head {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Whether a path shows that a tree grew to be another one (RFC 9162 §2.1.4.2). */
export function isConsistent(before: Head, after: Head, path: readonly Uint8Array[]): boolean {
  if (before.size === after.size) return same(before.root, after.root) && path.length === 0;
  if (before.size < 1 || before.size > after.size) return false;
  const [first, ...siblings] = isPowerOfTwo(before.size) ? [before.root, ...path] : path;
  if (first === undefined) return false;
  const place = new Place(before.size - 1, after.size - 1);
  place.skip();
  let [old, grown] = [first, first];
  for (const sibling of siblings) {
    if (place.isTop) return false;
    if (place.up()) [old, grown] = [node(sibling, old), node(sibling, grown)];
    else grown = node(grown, sibling);
  }
  return place.isTop && same(old, before.root) && same(grown, after.root);
}

function isPowerOfTwo(size: number): boolean {
  return Number.isInteger(Math.log2(size)) && 2 ** Math.log2(size) === size;
}
