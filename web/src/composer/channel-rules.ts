import type { Capabilities, Channel, Contact, ContentKind, Identity } from '../api/types';
import { fileSize } from '../format/size';
import { consoleTexts } from '../timeline/console-texts';

/** The identity to write to: the chosen one, else the last used, else the first that can be reached. */
export function pickIdentity(contact: Contact, chosen: string | null): Identity | undefined {
  const find = (id: string | null | undefined) =>
    contact.identities.find((i) => i.channel_id === id);
  return (
    find(chosen) ??
    find(contact.channel?.id) ??
    contact.identities.find((i) => i.reachable) ??
    contact.identities[0]
  );
}

export type WindowState =
  | { open: true; closesAt: string | null }
  | { open: false; offer: 'template' | 'tag' | 'none'; why: string };

/** Whether free text may be sent now, and if not what may and why. */
export function windowOf(
  identity: Identity,
  channel: Channel | undefined,
  now: number,
): WindowState {
  const can = channel?.capabilities;
  if (!identity.reachable && !can?.templates)
    return { open: false, offer: 'none', why: consoleTexts.text.notReachable };
  if (!can || can.window_hours <= 0) return { open: true, closesAt: null };
  const closesAt = identity.window_closes_at;
  if (closesAt && Date.parse(closesAt) > now) return { open: true, closesAt };
  if (!identity.used && can.templates)
    return { open: false, offer: 'template', why: consoleTexts.text.beginTemplate };
  const hours = Math.max(can.window_hours, can.human_hours);
  if (can.outside_window === 'template' && can.templates)
    return { open: false, offer: 'template', why: consoleTexts.text.windowClosedTemplate(hours) };
  if (can.outside_window === 'tag' && can.tags.length > 0)
    return { open: false, offer: 'tag', why: consoleTexts.text.windowClosedTag(hours) };
  return { open: false, offer: 'none', why: consoleTexts.text.windowClosedNone(hours) };
}

export function kindOfFile(mime: string): ContentKind {
  if (mime.startsWith('image/')) return 'image';
  if (mime.startsWith('video/')) return 'video';
  if (mime.startsWith('audio/')) return 'audio';
  return 'file';
}

const matches = (mime: string, pattern: string) =>
  pattern.endsWith('/*') ? mime.startsWith(pattern.slice(0, -1)) : mime === pattern;

/** Whether a kind of content may be of a type. */
export const takes = (limit: Limit, mime: string) =>
  !limit.mime?.length || limit.mime.some((p) => matches(mime, p));

type Limit = Capabilities['out'][string];

const base = (mime: string) => mime.split(';')[0]!.trim();

/** Why this channel won't take a file; undefined where it will. A picture of a type it doesn't show may still go as a file. */
export function refusal(
  file: { mime: string; size: number; kind: ContentKind },
  can: Capabilities | undefined,
): string | undefined {
  if (!can) return undefined;
  const mime = base(file.mime);
  const kinds = file.kind === 'file' ? [file.kind] : [file.kind, 'file' as const];
  if (file.kind === 'voice') kinds.splice(1, 0, 'audio');
  const limits = kinds.flatMap((k) => can.out[k] ?? []);
  if (limits.length === 0) return consoleTexts.text.kindNotSent;
  const typed = limits.filter((l) => takes(l, mime));
  if (typed.length === 0)
    return consoleTexts.text.wrongType(typeNames(limits.flatMap((l) => l.mime ?? [])));
  if (typed.some((l) => !l.bytes || file.size <= l.bytes)) return undefined;
  return consoleTexts.text.tooBig(fileSize(Math.max(...typed.map((l) => l.bytes))));
}

const typeNames = (mimes: string[]) =>
  [...new Set(mimes.map((m) => m.split('/')[1]!.replace('*', m.split('/')[0]!).toUpperCase()))]
    .slice(0, 5)
    .join(', ');

/** The longest text: a caption's when files go with it. 0 means no text at all. */
export function textLimit(can: Capabilities | undefined, kind: ContentKind): number | undefined {
  return can?.out[kind]?.text;
}
