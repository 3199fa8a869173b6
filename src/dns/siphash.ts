/** SipHash-2-4: a short keyed hash that nobody without the key can foresee (Aumasson and Bernstein, 2012). */

/** Four words of 64 bits, the lower half of each before the upper; BigInts would allocate at every step. */
type State = Int32Array;

/** word[a] += word[b] */
function add(state: State, a: number, b: number): void {
  const low = ((state[a] as number) >>> 0) + ((state[b] as number) >>> 0);
  state[a] = low;
  state[a + 1] = (state[a + 1] as number) + (state[b + 1] as number) + (low > 0xffff_ffff ? 1 : 0);
}

/** word[a] = rotate(word[a]) ^ word[b], by fewer than 32 bits to the left. */
function rotateXor(state: State, a: number, bits: number, b: number): void {
  const low = state[a] as number;
  const high = state[a + 1] as number;
  state[a] = ((low << bits) | (high >>> (32 - bits))) ^ (state[b] as number);
  state[a + 1] = ((high << bits) | (low >>> (32 - bits))) ^ (state[b + 1] as number);
}

/** Rotates by 32 bits. */
function swapHalves(state: State, a: number): void {
  const low = state[a] as number;
  state[a] = state[a + 1] as number;
  state[a + 1] = low;
}

function round(state: State): void {
  add(state, 0, 2);
  rotateXor(state, 2, 13, 0);
  swapHalves(state, 0);
  add(state, 4, 6);
  rotateXor(state, 6, 16, 4);
  add(state, 0, 6);
  rotateXor(state, 6, 21, 0);
  add(state, 4, 2);
  rotateXor(state, 2, 17, 4);
  swapHalves(state, 4);
}

function absorb(state: State, low: number, high: number): void {
  state[6] = (state[6] as number) ^ low;
  state[7] = (state[7] as number) ^ high;
  round(state);
  round(state);
  state[0] = (state[0] as number) ^ low;
  state[1] = (state[1] as number) ^ high;
}

/** The hash in eight octets, as the reference implementation writes them. Throws a RangeError unless the key has sixteen. */
export function sipHash24(key: Uint8Array, message: Uint8Array): Uint8Array {
  if (key.length !== 16) throw new RangeError(`a SipHash key has 16 octets, not ${key.length}`);
  const keyView = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const [k0, k1, k2, k3] = [0, 4, 8, 12].map((at) => keyView.getInt32(at, true)) as [number, number, number, number];
  const state: State = Int32Array.of(
    k0 ^ 0x70736575,
    k1 ^ 0x736f6d65,
    k2 ^ 0x6e646f6d,
    k3 ^ 0x646f7261,
    k0 ^ 0x6e657261,
    k1 ^ 0x6c796765,
    k2 ^ 0x79746573,
    k3 ^ 0x74656462,
  );
  // The last word has what is left of the message, and its length modulo 256 in the highest octet.
  const padded = new DataView(new ArrayBuffer((message.length >> 3) * 8 + 8));
  for (let at = 0; at < message.length; at++) padded.setUint8(at, message[at] as number);
  padded.setUint8(padded.byteLength - 1, message.length & 0xff);
  for (let at = 0; at < padded.byteLength; at += 8) {
    absorb(state, padded.getInt32(at, true), padded.getInt32(at + 4, true));
  }
  state[4] = (state[4] as number) ^ 0xff;
  for (let i = 0; i < 4; i++) round(state);
  const hash = new DataView(new ArrayBuffer(8));
  for (let half = 0; half < 2; half++) {
    let word = 0;
    for (let at = half; at < state.length; at += 2) word ^= state[at] as number;
    hash.setInt32(half * 4, word, true);
  }
  return new Uint8Array(hash.buffer);
}
