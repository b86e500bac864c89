import { Suspense, useState } from 'react';
import type { Attachment } from '../api/types';
import { fileSize } from '../format/size';
import { playTime } from '../format/time';
import { t } from '../i18n';
import { lazyPart } from '../parts';
import { Icon, type IconName } from '../ui/icon';
import { consoleTexts } from './console-texts';

const AudioPlayer = lazyPart(() => import('./audio-player'));
const Lightbox = lazyPart(() => import('./lightbox'));

export const fileUrl = (a: Attachment) =>
  `/files/${a.file_id}/${encodeURIComponent(a.name || a.kind)}`;

/** Pictures as a grid, the rest one below the other. */
export function Attachments({
  attachments,
  sender,
}: {
  attachments: Attachment[];
  sender: string;
}) {
  const [open, setOpen] = useState<number | null>(null);
  const pictures = attachments.filter((a) => a.kind === 'image' && a.file_id);
  const others = attachments.filter((a) => !(a.kind === 'image' && a.file_id));
  return (
    <>
      {pictures.length > 0 && <Pictures pictures={pictures} sender={sender} onOpen={setOpen} />}
      {others.map((a, i) => (
        <Other key={a.file_id ?? a.remote ?? i} attachment={a} />
      ))}
      {open !== null && (
        <Suspense>
          <Lightbox
            pictures={pictures}
            start={open}
            sender={sender}
            onClose={() => setOpen(null)}
          />
        </Suspense>
      )}
    </>
  );
}

function Pictures({
  pictures,
  sender,
  onOpen,
}: {
  pictures: Attachment[];
  sender: string;
  onOpen: (index: number) => void;
}) {
  const one = pictures.length === 1;
  const shown = pictures.slice(0, 4);
  const hidden = pictures.length - shown.length;
  return (
    <div
      className={`-mx-1 mt-0.5 grid gap-1 ${one ? 'grid-cols-1' : 'w-[min(300px,62vw)] grid-cols-2'}`}
    >
      {shown.map((p, i) => {
        // The place is kept before the picture is there, so nothing jumps.
        const ratio = p.width && p.height ? p.width / p.height : 4 / 3;
        const width = Math.round(Math.min(300, Math.max(140, 320 * ratio)));
        return (
          <button
            key={p.file_id}
            type="button"
            className="relative overflow-hidden rounded-10 bg-sunken"
            style={
              one
                ? { width, maxWidth: '100%', aspectRatio: Math.max(0.6, Math.min(2.4, ratio)) }
                : {
                    aspectRatio: shown.length === 3 && i === 0 ? 2 : 1,
                    gridColumn: shown.length === 3 && i === 0 ? 'span 2' : undefined,
                  }
            }
            onClick={() => onOpen(i)}
          >
            <span className="sr-only">{consoleTexts.text.openFull}: </span>
            <img
              src={`${fileUrl(p)}?w=480`}
              alt={p.name || consoleTexts.text.imageFrom(sender)}
              loading="lazy"
              decoding="async"
              className="absolute inset-0 size-full object-cover"
            />
            {hidden > 0 && i === 3 && (
              <span className="absolute inset-0 flex items-center justify-center bg-black/55 text-20 font-semibold text-white">
                +{hidden}
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}

function Other({ attachment: a }: { attachment: Attachment }) {
  const [unplayable, setUnplayable] = useState(false);
  if (a.error) {
    const words = consoleTexts.text.attachmentError;
    return (
      <FileCard
        icon="warning"
        title={a.name || t.kinds[a.kind]}
        detail={words[a.error as keyof typeof words] ?? words.other}
        tone="text-amber-ink"
      />
    );
  }
  if (!a.file_id)
    return (
      <FileCard
        icon={a.kind === 'image' ? 'image' : a.kind === 'video' ? 'video' : 'file'}
        title={a.name || t.kinds[a.kind]}
        detail={consoleTexts.text.attachmentFetching}
        busy
      />
    );
  if (a.kind === 'voice' || a.kind === 'audio')
    return (
      <Suspense fallback={<div aria-busy className="skeleton h-11 w-64 max-w-full" />}>
        <AudioPlayer
          src={fileUrl(a)}
          duration={a.duration ?? 0}
          name={a.kind === 'audio' ? a.name : undefined}
        />
      </Suspense>
    );
  if (a.kind === 'video' && !unplayable)
    return (
      // biome-ignore lint/a11y/useMediaCaption: people's own videos have no captions
      <video
        src={fileUrl(a)}
        controls
        preload="metadata"
        playsInline
        aria-label={a.name || t.kinds.video}
        className="-mx-1 mt-0.5 block max-h-80 max-w-[min(320px,100%)] rounded-10 bg-black"
        style={{ aspectRatio: a.width && a.height ? a.width / a.height : 16 / 9 }}
        // A player of nothing has no size: what this browser can't play is taken as a file.
        onError={() => setUnplayable(true)}
      />
    );
  if (a.kind === 'sticker')
    return (
      <img
        src={fileUrl(a)}
        alt={`${t.kinds.sticker} ${a.emoji ?? ''}`}
        width={140}
        height={140}
        loading="lazy"
        className="size-[140px] object-contain"
      />
    );
  return (
    <FileCard
      icon={a.kind === 'video' ? 'video' : 'file'}
      title={a.name || t.kinds[a.kind]}
      detail={[extension(a), a.size ? fileSize(a.size) : '', a.duration ? playTime(a.duration) : '']
        .filter(Boolean)
        .join(' · ')}
      href={fileUrl(a)}
    />
  );
}

const extension = (a: Attachment) =>
  (/\.([a-z0-9]{1,5})$/i.exec(a.name ?? '')?.[1] ?? a.mime?.split('/')[1] ?? '').toUpperCase();

function FileCard({
  icon,
  title,
  detail,
  href,
  busy,
  tone = 'text-muted',
}: {
  icon: IconName;
  title: string;
  detail: string;
  href?: string;
  busy?: boolean;
  tone?: string;
}) {
  const inside = (
    <>
      <span
        className={`inline-flex size-9 shrink-0 items-center justify-center rounded-[8px] bg-sunken ${busy ? 'animate-pulse' : ''}`}
      >
        <Icon name={icon} className={tone} />
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{title}</span>
        <span className={`block truncate text-12 ${tone}`}>{detail}</span>
      </span>
    </>
  );
  const className =
    '-mx-1 flex w-[min(300px,68vw)] max-w-[calc(100%+8px)] items-center gap-2.5 rounded-10 border border-line bg-surface p-2 text-text';
  return href ? (
    <a href={href} download={title} className={`${className} hover:bg-hover`}>
      {inside}
      <Icon name="download" size={16} className="mr-1 text-muted" />
    </a>
  ) : (
    <div className={className}>{inside}</div>
  );
}
