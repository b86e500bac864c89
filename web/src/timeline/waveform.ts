interface Wave {
  peaks: number[];
  duration: number;
}

const cache = new Map<string, Promise<Wave>>();

/** The loudness of an audio file in so many bars, 0–1. Decoded once per file. */
export function peaksOf(src: string, bars: number): Promise<Wave> {
  let wave = cache.get(src);
  if (!wave) {
    wave = decode(src, bars);
    cache.set(src, wave);
    wave.catch(() => cache.delete(src));
  }
  return wave;
}

async function decode(src: string, bars: number): Promise<Wave> {
  const response = await fetch(src);
  if (!response.ok) throw new Error(`audio: ${response.status}`);
  // An offline context decodes without asking for the right to play.
  const context = new OfflineAudioContext(1, 1, 22_050);
  const buffer = await context.decodeAudioData(await response.arrayBuffer());
  return { peaks: peaks(buffer.getChannelData(0), bars), duration: buffer.duration };
}

export function peaks(samples: Float32Array, bars: number): number[] {
  const size = Math.max(1, Math.floor(samples.length / bars));
  const loud = Array.from({ length: bars }, (_, b) => {
    let sum = 0;
    const end = Math.min(samples.length, (b + 1) * size);
    for (let i = b * size; i < end; i++) sum += samples[i]! * samples[i]!;
    return Math.sqrt(sum / size);
  });
  const top = Math.max(...loud, 1e-6);
  return loud.map((v) => v / top);
}
