/** SHA-1 (FIPS 180-4), for names only: what keeps anything secret or true here uses SHA-2. */

const BLOCK = 64;
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];

/** The digest of the text in UTF-8, as 40 hexadecimal digits. Browsers offer it only as a promise, and not on every page. */
export function sha1(text: string): string {
  const message = padded(new TextEncoder().encode(text));
  let state = START;
  for (let at = 0; at < message.byteLength; at += BLOCK) state = mixed(state, new DataView(message.buffer, at, BLOCK));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The message, a bit, as many zeros as fill the last block, and how many bits the message has. */
function padded(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil((message.length + 9) / BLOCK);
  const whole = new Uint8Array(blocks * BLOCK);
  whole.set(message);
  whole[message.length] = 0x80;
  new DataView(whole.buffer).setBigUint64(whole.length - 8, BigInt(message.length * 8));
  return whole;
}

function mixed(state: readonly number[], block: DataView): number[] {
  const words = new Int32Array(80);
  for (let at = 0; at < 80; at += 1) {
    words[at] = at < 16 ? block.getInt32(at * 4) : left(word(at - 3) ^ word(at - 8) ^ word(at - 14) ^ word(at - 16), 1);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let at = 0; at < 80; at += 1) {
    const [chosen, constant] = round(Math.floor(at / 20), b, c, d);
    [a, b, c, d, e] = [(left(a, 5) + chosen + e + constant + word(at)) | 0, a, left(b, 30), c, d];
  }
  return [a, b, c, d, e].map((value, at) => (value + (state[at] ?? 0)) | 0);

  function word(at: number): number {
    return words[at] ?? 0;
  }
}

function round(number: number, b: number, c: number, d: number): [chosen: number, constant: number] {
  if (number === 0) return [(b & c) | (~b & d), 0x5a827999];
  if (number === 2) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, number === 1 ? 0x6ed9eba1 : 0xca62c1d6];
}

const left = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
