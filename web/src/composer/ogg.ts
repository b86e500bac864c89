// What Chrome's microphone gives is Opus in WebM, what WhatsApp and Telegram take as a
// voice note is Opus in Ogg. The sound stays as it is, only its wrapping changes:
// WebM by RFC 8794 (EBML) and RFC 9559 (Matroska), Ogg by RFC 3533, Opus in it by RFC 7845.

const segment = 0x18538067;
const cluster = 0x1f43b675;
const tracks = 0x1654ae6b;
const trackEntry = 0xae;
const codecPrivate = 0x63a2;
const blockGroup = 0xa0;
const block = 0xa1;
const simpleBlock = 0xa3;
const containers = new Set([segment, cluster, tracks, trackEntry, blockGroup]);

/** Wraps the one Opus track of a WebM file as Ogg; throws where there is none. */
export function oggOfWebm(webm: Uint8Array): Uint8Array<ArrayBuffer> {
  const { head, packets } = opusIn(webm);
  if (packets.length === 0) throw new Error('nothing was recorded');
  const pages = new Pages();
  pages.add([head], 0);
  pages.add([tags()], 0);
  let granule = 0;
  for (let i = 0; i < packets.length; i += packetsAPage) {
    const part = packets.slice(i, i + packetsAPage);
    for (const packet of part) granule += samplesIn(packet);
    pages.add(part, granule, i + packetsAPage >= packets.length);
  }
  return pages.bytes();
}

/** The head of the Opus stream and its packets, in order. */
function opusIn(webm: Uint8Array) {
  let head: Uint8Array | undefined;
  const packets: Uint8Array[] = [];
  let at = 0;
  /** Reads a number of variable length; with its marker where it is an element's name. */
  const number = (name: boolean) => {
    const first = webm[at]!;
    const length = Math.clz32(first) - 23;
    if (at >= webm.length || length > 8) throw new Error('not a WebM file');
    let value = name ? first : first & ((1 << (8 - length)) - 1);
    let unknown = (first | (0xff << (8 - length))) % 256 === 255;
    for (let i = 1; i < length; i++) {
      const byte = webm[at + i] ?? 0;
      value = value * 256 + byte;
      unknown = unknown && byte === 255;
    }
    at += length;
    return !name && unknown ? Number.POSITIVE_INFINITY : value;
  };
  while (at < webm.length) {
    const id = number(true);
    const size = number(false);
    if (containers.has(id)) continue; // what it holds comes next
    const end = Math.min(webm.length, at + size);
    if (id === codecPrivate) head ??= webm.slice(at, end);
    if (id === block || id === simpleBlock) {
      number(false); // the track
      const flags = webm[at + 2]!;
      if (flags & 0x06) throw new Error('laced frames are not expected of a recorder');
      packets.push(webm.slice(at + 3, end));
    }
    at = end;
  }
  if (!head || latin(head.subarray(0, 8)) !== 'OpusHead') throw new Error('no Opus in the file');
  return { head, packets };
}

/** How long a packet sounds, in samples of 48 kHz (RFC 6716, 3.1). */
function samplesIn(packet: Uint8Array): number {
  const toc = packet[0] ?? 0;
  const config = toc >> 3;
  const ms =
    config < 12
      ? [10, 20, 40, 60][config & 3]!
      : config < 16
        ? [10, 20][config & 1]!
        : [2.5, 5, 10, 20][config & 3]!;
  const frames = [1, 2, 2, (packet[1] ?? 0) & 63][toc & 3]!;
  return 48 * ms * frames;
}

function tags(): Uint8Array {
  const vendor = 'Bandeja';
  const out = new Uint8Array(16 + vendor.length);
  out.set(bytesOf('OpusTags'));
  new DataView(out.buffer).setUint32(8, vendor.length, true);
  out.set(bytesOf(vendor), 12);
  return out;
}

// A page of 20 ms packets is a second; 255 segments are the most it may have, and a
// packet of a voice has one or two.
const packetsAPage = 50;
const mostSegments = 255;

/** Writes Ogg pages. */
class Pages {
  private readonly parts: Uint8Array[] = [];

  add(packets: Uint8Array[], granule: number, last = false): void {
    const segments = packets.flatMap((p) => [
      ...Array<number>(Math.floor(p.length / 255)).fill(255),
      p.length % 255,
    ]);
    if (segments.length > mostSegments) {
      // Halves always fit in the end: the largest packet has six segments.
      const half = packets.length >> 1;
      const later = packets.slice(half).reduce((sum, p) => sum + samplesIn(p), 0);
      this.add(packets.slice(0, half), granule - later);
      this.add(packets.slice(half), granule, last);
      return;
    }
    const header = 27 + segments.length;
    const page = new Uint8Array(header + packets.reduce((sum, p) => sum + p.length, 0));
    const view = new DataView(page.buffer);
    page.set(bytesOf('OggS'));
    page[5] = (this.parts.length === 0 ? 2 : 0) | (last ? 4 : 0);
    view.setBigUint64(6, BigInt(granule), true);
    view.setUint32(14, serial, true);
    view.setUint32(18, this.parts.length, true);
    page[26] = segments.length;
    page.set(segments, 27);
    let at = header;
    for (const p of packets) {
      page.set(p, at);
      at += p.length;
    }
    view.setUint32(22, checksum(page), true);
    this.parts.push(page);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.parts.reduce((sum, p) => sum + p.length, 0));
    let at = 0;
    for (const p of this.parts) {
      out.set(p, at);
      at += p.length;
    }
    return out;
  }
}

// It only has to differ between streams of one file, and there is one.
const serial = 1;

function checksum(page: Uint8Array): number {
  let crc = 0;
  for (const byte of page) crc = (crc << 8) ^ table[((crc >>> 24) & 0xff) ^ byte]!;
  return crc >>> 0;
}

const table = Int32Array.from({ length: 256 }, (_, i) => {
  let r = i << 24;
  for (let bit = 0; bit < 8; bit++) r = r & 0x80000000 ? (r << 1) ^ 0x04c11db7 : r << 1;
  return r;
});

const bytesOf = (s: string) => Uint8Array.from(s, (c) => c.charCodeAt(0));
const latin = (b: Uint8Array) => String.fromCharCode(...b);
