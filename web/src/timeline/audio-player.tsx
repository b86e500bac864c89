import { useEffect, useRef, useState } from 'react';
import { playTime } from '../format/time';
import { Icon } from '../ui/icon';
import { consoleTexts } from './console-texts';
import { peaksOf } from './waveform';

const rates = [1, 1.5, 2];
const bars = 44;
let playing: HTMLAudioElement | null = null;

/** Plays a voice message or other audio, with its waveform and speed. */
export default function AudioPlayer({
  src,
  duration,
  name,
}: {
  src: string;
  duration: number;
  name?: string;
}) {
  const audio = useRef<HTMLAudioElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [peaks, setPeaks] = useState<number[] | null>(null);
  const [length, setLength] = useState(duration);
  const [at, setAt] = useState(0);
  const [on, setOn] = useState(false);
  const [rate, setRate] = useState(1);

  // Only what is on screen is fetched and decoded.
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting)) return;
      observer.disconnect();
      peaksOf(src, bars).then(
        (wave) => {
          setPeaks(wave.peaks);
          setLength((l) => l || wave.duration);
        },
        () => setPeaks([]),
      );
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [src]);
  useEffect(() => () => audio.current?.pause(), []);

  const toggle = () => {
    const a = audio.current!;
    if (!a.paused) {
      a.pause();
      return;
    }
    if (playing !== a) playing?.pause();
    playing = a;
    a.playbackRate = rate;
    void a.play();
  };
  const part = length ? at / length : 0;
  const seek = (to: number) => {
    if (audio.current) audio.current.currentTime = to;
    setAt(to);
  };
  return (
    <div ref={box} className="w-[min(272px,64vw)]">
      {name && <p className="mb-1 truncate text-13 font-medium">{name}</p>}
      <div className="flex items-center gap-2">
        {/* biome-ignore lint/a11y/useMediaCaption: people's own recordings have no captions */}
        <audio
          ref={audio}
          src={src}
          preload="none"
          onPlay={() => setOn(true)}
          onPause={() => setOn(false)}
          onEnded={() => setAt(0)}
          onTimeUpdate={(e) => setAt(e.currentTarget.currentTime)}
        />
        <button
          type="button"
          aria-label={on ? consoleTexts.text.pause : consoleTexts.text.play}
          className="inline-flex size-9 shrink-0 items-center justify-center rounded-full bg-accent text-accent-ink hover:bg-accent-hover"
          onClick={toggle}
        >
          <Icon name={on ? 'pause' : 'play'} size={18} strokeWidth={on ? 2.4 : 1.8} />
        </button>
        <div className="relative h-8 min-w-0 flex-1">
          <div aria-hidden="true" className="flex h-full items-center gap-px">
            {(peaks?.length ? peaks : Array.from({ length: bars }, () => 0.12)).map((p, i) => (
              <span
                key={i}
                className={`flex-1 rounded-full ${i / bars < part ? 'bg-accent' : 'bg-muted/55'}`}
                style={{ height: `${Math.max(10, p * 100)}%` }}
              />
            ))}
          </div>
          <input
            type="range"
            aria-label={consoleTexts.text.seek}
            aria-valuetext={`${playTime(at)} / ${playTime(length)}`}
            min={0}
            max={length || 1}
            step={0.1}
            value={at}
            onChange={(e) => seek(Number(e.target.value))}
            className="absolute inset-0 size-full cursor-pointer opacity-0 focus-visible:opacity-40"
          />
        </div>
        <button
          type="button"
          aria-label={consoleTexts.text.speed(`${rate}×`)}
          className="h-6 min-w-9 shrink-0 rounded-full bg-sunken px-1.5 text-12 font-semibold text-muted hover:text-text"
          onClick={() => {
            const next = rates[(rates.indexOf(rate) + 1) % rates.length]!;
            setRate(next);
            if (audio.current) audio.current.playbackRate = next;
          }}
        >
          {rate}×
        </button>
      </div>
      <p className="pl-11 text-11 text-muted">{playTime(at > 0 ? at : length)}</p>
    </div>
  );
}
