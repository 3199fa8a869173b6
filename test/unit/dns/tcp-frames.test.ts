import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framed, TcpFrames } from "../../../src/dns/tcp-frames.ts";

function all(frames: TcpFrames): Buffer[] {
  const found: Buffer[] = [];
  for (let next = frames.next(); next !== undefined; next = frames.next()) found.push(next);
  return found;
}

describe("messages in a TCP stream", () => {
  it("are found whole and in order, however the stream is cut, and are not overwritten by what follows", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
        (messages, cuts) => {
          const stream = Buffer.concat(messages.map(framed));
          const frames = new TcpFrames();
          const found: Buffer[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const size = cuts[i % cuts.length] as number;
            frames.push(Buffer.from(stream.subarray(at, at + size)));
            found.push(...all(frames));
            at += size;
          }
          expect(found).toEqual(messages.map((message) => Buffer.from(message)));
        },
      ),
    );
  });

  it("may be the largest there are, and come octet by octet", () => {
    const message = Buffer.alloc(0xffff, 7);
    const frames = new TcpFrames();
    for (const octet of framed(message)) frames.push(Buffer.of(octet));
    expect(all(frames)).toEqual([message]);
  });

  it("are not there before their last octet is", () => {
    const frames = new TcpFrames();
    frames.push(Buffer.of(0));
    expect(frames.next()).toBeUndefined();
    frames.push(Buffer.of(2, 1));
    expect(frames.next()).toBeUndefined();
    frames.push(Buffer.of(2, 0, 0));
    expect(all(frames)).toEqual([Buffer.of(1, 2), Buffer.alloc(0)]);
  });
});
