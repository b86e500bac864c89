let context: AudioContext | undefined;

/** Two soft notes. Browsers let a page sound only after somebody has touched it. */
export function playTone() {
  if (!('AudioContext' in window)) return;
  context ??= new AudioContext();
  if (context.state === 'suspended') void context.resume();
  const start = context.currentTime + 0.02;
  for (const [i, hertz] of [659.3, 880].entries()) {
    const note = context.createOscillator();
    const volume = context.createGain();
    const at = start + i * 0.13;
    note.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.32);
    note.connect(volume).connect(context.destination);
    note.start(at);
    note.stop(at + 0.34);
  }
  document.documentElement.dataset.sounded = String(Date.now());
}
