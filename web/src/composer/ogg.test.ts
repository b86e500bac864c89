import { describe, expect, test } from 'vitest';
import { oggOfWebm } from './ogg';

const text = (s: string) => [...s].map((c) => c.charCodeAt(0));
/** An element of WebM; without contents of a size that isn't known, as a recorder writes it. */
const element = (id: number[], content?: number[]) =>
  content === undefined
    ? [...id, 0x01, 255, 255, 255, 255, 255, 255, 255]
    : [...id, 0x40 | (content.length >> 8), content.length & 255, ...content];
const head = [...text('OpusHead'), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0];

function webm(packets: number[][], blocks: 'simple' | 'grouped' = 'simple'): Uint8Array {
  const frame = (p: number[]) => [0x81, 0, 0, 0x80, ...p];
  return Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], text('webm')),
    ...element([0x18, 0x53, 0x80, 0x67]),
    ...element([0x15, 0x49, 0xa9, 0x66], text('information that is skipped')),
    ...element(
      [0x16, 0x54, 0xae, 0x6b],
      element([0xae], [...element([0x86], text('A_OPUS')), ...element([0x63, 0xa2], head)]),
    ),
    ...element([0x1f, 0x43, 0xb6, 0x75]),
    ...element([0xe7], [0]),
    ...packets.flatMap((p) =>
      blocks === 'simple' ? element([0xa3], frame(p)) : element([0xa0], element([0xa1], frame(p))),
    ),
  ]);
}

/** Ogg by the book, with a checksum computed another way than the writer does. */
function pagesOf(ogg: Uint8Array) {
  const pages: { flags: number; granule: number; sequence: number; packets: number[][] }[] = [];
  for (let at = 0; at < ogg.length; ) {
    const view = new DataView(ogg.buffer, at);
    expect(String.fromCharCode(...ogg.subarray(at, at + 4))).toBe('OggS');
    const lengths = [...ogg.subarray(at + 27, at + 27 + ogg[at + 26]!)];
    const end = at + 27 + lengths.length + lengths.reduce((a, b) => a + b, 0);
    const packets: number[][] = [];
    let from = at + 27 + lengths.length;
    let packet: number[] = [];
    for (const n of lengths) {
      packet.push(...ogg.subarray(from, from + n));
      from += n;
      if (n < 255) {
        packets.push(packet);
        packet = [];
      }
    }
    expect(packet).toEqual([]); // every packet ends on its page
    let crc = 0n;
    for (let i = at; i < end; i++) {
      crc ^= BigInt(i >= at + 22 && i < at + 26 ? 0 : ogg[i]!) << 24n;
      for (let bit = 0; bit < 8; bit++)
        crc = (crc & 0x80000000n ? (crc << 1n) ^ 0x04c11db7n : crc << 1n) & 0xffffffffn;
    }
    expect(view.getUint32(22, true)).toBe(Number(crc));
    pages.push({
      flags: ogg[at + 5]!,
      granule: Number(view.getBigUint64(6, true)),
      sequence: view.getUint32(18, true),
      packets,
    });
    at = end;
  }
  return pages;
}

// Configuration 15, one frame: 20 ms.
const packet = (length: number, seed: number) => [
  0x78,
  ...Array.from({ length: length - 1 }, (_, i) => (i * 7 + seed) & 255),
];

describe('a recording of Chrome becomes a voice note', () => {
  test.each(['simple', 'grouped'] as const)('with %s blocks', (blocks) => {
    const packets = Array.from({ length: 120 }, (_, i) => packet(1 + ((i * 37) % 600), i));
    const [first, second, ...rest] = pagesOf(oggOfWebm(webm(packets, blocks)));
    expect(first).toEqual({ flags: 2, granule: 0, sequence: 0, packets: [head] });
    expect(second!.packets[0]!.slice(0, 8)).toEqual(text('OpusTags'));
    expect(rest.flatMap((p) => p.packets)).toEqual(packets);
    expect(rest.map((p) => p.sequence)).toEqual(rest.map((_, i) => i + 2));
    let played = 0;
    for (const page of rest) {
      played += page.packets.length * 960;
      expect(page.granule).toBe(played);
    }
    expect(rest.map((p) => p.flags)).toEqual([...rest.slice(1).map(() => 0), 4]);
  });

  test('long packets share fewer pages, and none is cut', () => {
    const packets = Array.from({ length: 100 }, (_, i) => packet(1275 + (i % 3) * 255, i));
    const pages = pagesOf(oggOfWebm(webm(packets)));
    expect(pages.slice(2).flatMap((p) => p.packets)).toEqual(packets);
    expect(pages.at(-1)).toMatchObject({ flags: 4, granule: 96_000 });
  });

  test('a packet lasts as long as its first byte says', () => {
    const lasting = (...bytes: number[]) => pagesOf(oggOfWebm(webm([bytes]))).at(-1)!.granule;
    expect(lasting(0x00)).toBe(480); // 10 ms
    expect(lasting(0x18)).toBe(2880); // 60 ms
    expect(lasting(0x80)).toBe(120); // 2.5 ms
    expect(lasting(0x79, 0)).toBe(1920); // two of 20 ms
    expect(lasting(0x7b, 0x83)).toBe(2880); // three of 20 ms, of different lengths
  });

  test('what is no recording is refused', () => {
    expect(() => oggOfWebm(Uint8Array.from(text('RIFF....WAVE')))).toThrow();
    expect(() => oggOfWebm(webm([]))).toThrow('nothing was recorded');
    expect(() => oggOfWebm(new Uint8Array(0))).toThrow();
    const whole = webm([packet(50, 1)]);
    for (let n = 0; n < whole.length; n++) {
      try {
        oggOfWebm(whole.slice(0, n)); // cut off it may be short, and ends
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });
});
