// @vitest-environment node
import { assert, constantFrom, nat, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { digest, utf8 } from "../../src/proofs/bytes.ts";
import { isConsistent, NotProved, rootFrom } from "../../src/proofs.ts";
import { growthOf, pathOf, rootOf } from "./log.ts";

const MOST = 70;
const LEAVES = Array.from({ length: MOST }, (_, index) => digest(utf8(`leaf ${index}`)));
const flipped = (bytes: Uint8Array, bit: number) =>
  bytes.map((byte, index) => (index === (bit >> 3) % bytes.length ? byte ^ (1 << (bit & 7)) : byte));

describe("a path", () => {
  it("leads from every leaf of every tree to its root", () => {
    for (let size = 1; size <= MOST; size++) {
      const leaves = LEAVES.slice(0, size);
      for (const [index, leaf] of leaves.entries()) {
        expect(rootFrom(leaf, index, size, pathOf(index, leaves))).toEqual(rootOf(leaves));
      }
    }
  });

  it("leads elsewhere, or nowhere, when a bit of it, the leaf, the place or the length is another", () => {
    const mutations = record({
      size: nat(MOST - 2).map((less) => less + 2),
      index: nat(MOST),
      at: nat(MOST),
      bit: nat(255),
      what: constantFrom("leaf", "hash", "index", "shorter", "longer"),
    });
    assert(
      property(mutations, ({ size, index: any, at, bit, what }) => {
        const [index, leaves] = [any % size, LEAVES.slice(0, size)];
        const path = pathOf(index, leaves);
        const leaf = leaves[index] ?? digest();
        const root = () => {
          if (what === "leaf") return rootFrom(flipped(leaf, bit), index, size, path);
          if (what === "index") return rootFrom(leaf, (index + 1 + (at % (size - 1))) % size, size, path);
          if (what === "shorter") return rootFrom(leaf, index, size, path.slice(1));
          if (what === "longer") return rootFrom(leaf, index, size, [...path, leaf]);
          return rootFrom(
            leaf,
            index,
            size,
            path.map((hash, place) => (place === at % path.length ? flipped(hash, bit) : hash)),
          );
        };
        try {
          expect(root()).not.toEqual(rootOf(leaves));
        } catch (fault) {
          if (!(fault instanceof NotProved)) throw fault;
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is not for a leaf beyond the end", () => {
    expect(() => rootFrom(digest(), 1, 1, [])).toThrow(NotProved);
  });

  it("is as long in a tree beyond 32 bits as its height says", () => {
    const size = 2 ** 40 + 1;
    expect(() => rootFrom(digest(), 2 ** 40, size, [digest()])).not.toThrow();
    expect(() =>
      rootFrom(
        digest(),
        0,
        size,
        Array.from({ length: 41 }, () => digest()),
      ),
    ).not.toThrow();
    expect(() =>
      rootFrom(
        digest(),
        0,
        size,
        Array.from({ length: 40 }, () => digest()),
      ),
    ).toThrow(NotProved);
  });
});

describe("growth", () => {
  const head = (size: number) => ({ size, root: rootOf(LEAVES.slice(0, size)) });

  it("is shown from every size to every later one, and to itself", () => {
    for (let after = 1; after <= MOST; after++) {
      for (let before = 1; before <= after; before++) {
        expect(isConsistent(head(before), head(after), growthOf(before, LEAVES.slice(0, after)))).toBe(true);
      }
    }
  });

  it("is not shown of another root, nor by another path", () => {
    const mutations = record({
      before: nat(MOST - 2).map((less) => less + 1),
      more: nat(MOST),
      at: nat(MOST),
      bit: nat(255),
      what: constantFrom("before", "after", "hash", "shorter", "longer", "backwards"),
    });
    assert(
      property(mutations, ({ before: size, more, at, bit, what }) => {
        const after = size + 1 + (more % (MOST - size));
        const path = growthOf(size, LEAVES.slice(0, after));
        const bent = ({ size, root }: { size: number; root: Uint8Array }) => ({ size, root: flipped(root, bit) });
        const shown = {
          before: () => isConsistent(bent(head(size)), head(after), path),
          after: () => isConsistent(head(size), bent(head(after)), path),
          hash: () =>
            isConsistent(
              head(size),
              head(after),
              path.map((hash, place) => (place === at % path.length ? flipped(hash, bit) : hash)),
            ),
          shorter: () => isConsistent(head(size), head(after), path.slice(0, -1)),
          longer: () => isConsistent(head(size), head(after), [...path, digest()]),
          backwards: () => isConsistent(head(after), head(size), path),
        };
        expect(shown[what]()).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("from nothing shows nothing", () => {
    expect(isConsistent({ size: 0, root: digest() }, head(3), [])).toBe(false);
  });

  it("to the same size is the same root, by no path", () => {
    expect(isConsistent(head(5), { size: 5, root: digest() }, [])).toBe(false);
    expect(isConsistent(head(5), head(5), [digest()])).toBe(false);
  });
});
