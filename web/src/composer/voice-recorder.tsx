import { useEffect, useRef, useState } from 'react';
import type { Capabilities, Identity } from '../api/types';
import { uploadFile } from '../api/upload';
import { playTime } from '../format/time';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { enqueue } from '../outbox/outbox';
import AudioPlayer from '../timeline/audio-player';
import { Icon } from '../ui/icon';
import { toastError } from '../ui/toast';
import { refusal, takes } from './channel-rules';
import { oggOfWebm } from './ogg';

const longest = 5 * 60;

// Voice notes are Ogg to WhatsApp and Telegram. Firefox records it, Chrome's WebM is
// wrapped anew, Safari's MP4 goes as an audio file where it isn't taken as a voice note.
const formats = [
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/mp4', 'm4a'],
] as const;

type State =
  | { step: 'recording'; seconds: number; level: number }
  | { step: 'done'; blob: Blob; url: string; seconds: number; extension: string }
  | { step: 'problem'; words: string };

/** Records up to five minutes, plays it back, sends it or starts again. */
export default function VoiceRecorder({
  contactId,
  identity,
  capabilities,
  onDone,
}: {
  contactId: string;
  identity: Identity;
  capabilities: Capabilities | undefined;
  onDone: () => void;
}) {
  const x = extraTexts.text;
  const [state, setState] = useState<State>({ step: 'recording', seconds: 0, level: 0 });
  const [take, setTake] = useState(0);
  const [busy, setBusy] = useState(false);
  const recorder = useRef<MediaRecorder | null>(null);

  // Every take records anew.
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer = 0;
    let gone = false;
    let url = '';
    let meter: Meter | undefined;
    const begin = async () => {
      if (!navigator.mediaDevices) {
        setState({ step: 'problem', words: x.micInsecure });
        return;
      }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch (error) {
        const missing = error instanceof DOMException && error.name === 'NotFoundError';
        if (!gone) setState({ step: 'problem', words: missing ? x.micMissing : x.micDenied });
        return;
      }
      if (gone) return stopTracks(stream);
      const [mime, extension] =
        formats.find(([m]) => MediaRecorder.isTypeSupported(m)) ?? formats[1];
      const chunks: Blob[] = [];
      const started = performance.now();
      const seconds = () => (performance.now() - started) / 1000;
      meter = levelMeter(stream);
      const r = new MediaRecorder(stream, { mimeType: mime, audioBitsPerSecond: 32_000 });
      recorder.current = r;
      r.ondataavailable = (e) => chunks.push(e.data);
      r.onstop = async () => {
        const lasted = seconds();
        clearInterval(timer);
        meter?.close();
        stopTracks(stream);
        const recorded = new Blob(chunks, { type: mime.split(';')[0] });
        const note = extension === 'webm' ? await asOgg(recorded) : recorded;
        if (gone) return;
        url = URL.createObjectURL(note);
        setState({
          step: 'done',
          blob: note,
          url,
          seconds: lasted,
          extension: note === recorded ? extension : 'ogg',
        });
      };
      r.start(1000);
      timer = window.setInterval(() => {
        const passed = seconds();
        setState({ step: 'recording', seconds: passed, level: meter?.level() ?? 0 });
        if (passed >= longest && r.state === 'recording') r.stop();
      }, 120);
    };
    void begin();
    return () => {
      gone = true;
      clearInterval(timer);
      if (recorder.current?.state === 'recording') recorder.current.stop();
      meter?.close();
      stopTracks(stream);
      if (url) URL.revokeObjectURL(url);
    };
  }, [take]);

  const send = async (done: State & { step: 'done' }) => {
    const as = capabilities?.out.voice;
    const voice = Boolean(as && takes(as, done.blob.type));
    const kind = voice ? ('voice' as const) : ('audio' as const);
    setBusy(true);
    try {
      const stored = await uploadFile(done.blob, `voice.${done.extension}`, { voice });
      enqueue({
        contactId,
        body: { channel_id: identity.channel_id, attachments: [{ file_id: stored.id, voice }] },
        content: {
          kind,
          attachments: [
            {
              kind,
              file_id: stored.id,
              name: stored.name,
              mime: stored.mime,
              size: stored.size,
              duration: stored.duration || Math.round(done.seconds),
            },
          ],
        },
        replyTo: null,
      });
      onDone();
    } catch (error) {
      toastError(error, t.uploadFailed);
      setBusy(false);
    }
  };

  const problem =
    state.step === 'problem'
      ? state.words
      : state.step === 'done'
        ? refusal({ mime: state.blob.type, size: state.blob.size, kind: 'voice' }, capabilities)
        : undefined;
  return (
    // A key that leads elsewhere would throw away what was said.
    <div
      data-holds-keys
      className="flex min-h-[104px] flex-wrap items-center gap-3 rounded-[12px] border border-line bg-sunken px-3.5 py-3"
    >
      {state.step === 'recording' && (
        <>
          <span
            className="size-3 rounded-full bg-red transition-transform duration-100"
            style={{ transform: `scale(${1 + Math.min(1, state.level * 4)})` }}
          />
          <p className="flex-1 font-medium">
            <span role="status">{x.recording}</span> {playTime(state.seconds)}
            <span className="block text-12 font-normal text-muted max-md:sr-only">
              {x.voiceLimit}
            </span>
          </p>
          <button type="button" className="btn btn-ghost" onClick={onDone}>
            {t.cancel}
          </button>
          {/* The next thing to do is to stop. */}
          <button
            type="button"
            ref={focusOnce}
            className="btn btn-primary"
            onClick={() => {
              // Before the microphone is there, there is nothing to keep.
              if (recorder.current?.state === 'recording') recorder.current.stop();
              else onDone();
            }}
          >
            <Icon name="stop" size={16} />
            {x.stop}
          </button>
        </>
      )}
      {state.step === 'done' && (
        <>
          <AudioPlayer src={state.url} duration={state.seconds} />
          <div className="ml-auto flex gap-1.5">
            <button
              type="button"
              className="btn-icon"
              aria-label={x.discardRecording}
              disabled={busy}
              onClick={onDone}
            >
              <Icon name="trash" />
            </button>
            <button
              type="button"
              className="btn-icon"
              aria-label={x.recordAgain}
              disabled={busy}
              onClick={() => setTake(take + 1)}
            >
              <Icon name="retry" />
            </button>
            <button
              type="button"
              className="btn btn-primary"
              disabled={busy || Boolean(problem)}
              onClick={() => void send(state)}
            >
              {busy ? x.sending : x.sendVoice}
            </button>
          </div>
        </>
      )}
      {problem && (
        <p role="alert" className="flex flex-1 items-center gap-2 text-13 text-red">
          <Icon name="error" size={16} />
          {problem}
        </p>
      )}
      {state.step === 'problem' && (
        <button type="button" className="btn" onClick={onDone}>
          {t.close}
        </button>
      )}
    </div>
  );
}

/** A recording in WebM as Ogg; as it is where that fails, which the channel may take or refuse. */
async function asOgg(webm: Blob): Promise<Blob> {
  try {
    const ogg = oggOfWebm(new Uint8Array(await webm.arrayBuffer()));
    return new Blob([ogg], { type: 'audio/ogg' });
  } catch (error) {
    console.warn('the recording could not be made a voice note', error);
    return webm;
  }
}

const stopTracks = (stream: MediaStream | undefined) => {
  for (const track of stream?.getTracks() ?? []) track.stop();
};

interface Meter {
  /** How loud it is now, 0–1. */
  level(): number;
  close(): void;
}

/** Shows people that they are heard; undefined where the browser has none to give. */
function levelMeter(stream: MediaStream): Meter | undefined {
  let context: AudioContext;
  try {
    context = new AudioContext();
  } catch {
    return undefined; // Browsers bound how many there are, and one can record without.
  }
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const s of samples) sum += s * s;
      return Math.sqrt(sum / samples.length);
    },
    close() {
      if (context.state !== 'closed') void context.close();
    },
  };
}

// The next thing to do is to stop, so Enter does it.
const focusOnce = (el: HTMLButtonElement | null) => el?.focus();
