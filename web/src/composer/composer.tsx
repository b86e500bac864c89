import { useQuery } from '@tanstack/react-query';
import { Suspense, useEffect, useRef, useState } from 'react';
import { post } from '../api/http';
import { channelsQuery, queryClient, timelineQuery, useMay, useMe } from '../api/queries';
import type { Attachment, Contact, ContentKind, Message, Snippet, Unresolved } from '../api/types';
import { shownText } from '../format/mentions';
import { formatPhone } from '../format/phone';
import { wholeNumber } from '../format/size';
import { useNow } from '../format/use-now';
import { useShortcuts } from '../frame/shortcuts';
import { lazyWithTexts } from '../i18n/lazy-with';
import { enqueue } from '../outbox/outbox';
import { consoleTexts } from '../timeline/console-texts';
import { itemsOf } from '../timeline/timeline-cache';
import { Icon } from '../ui/icon';
import { PopoverButton } from '../ui/popover';
import { PanelSkeleton } from '../ui/states';
import { tip } from '../ui/tooltip';
import { atOnce } from './at-once';
import { AttachmentTray } from './attachment-tray';
import { ChannelPicker } from './channel-picker';
import { pickIdentity, refusal, textLimit, windowOf } from './channel-rules';
import { ComposerNotice } from './composer-notice';
import { ComposerTools } from './composer-tools';
import { keep, keptOf } from './kept';
import { ReplyBar } from './reply-bar';
import { composers, lastUndoable, type Restored, undoSend } from './restore';
import { lazyHelp } from './texts';
import { mayHaveVariables } from './trigger';
import { type PendingFile, useAttachments } from './use-attachments';
import { begunDraft, storeDraft, useDraft } from './use-draft';
import { useFileDrop } from './use-file-drop';
import { useMentions } from './use-mentions';
import { useSuggest } from './use-suggest';
import { useTypingSignal } from './use-typing-signal';

const Suggestions = lazyHelp(() => import('./suggestions'));
const UnresolvedNotice = lazyHelp(() => import('./unresolved-notice'));
const TagRow = lazyHelp(() => import('./tag-row'));
const SchedulePanel = lazyHelp(() => import('./schedule-panel'));
const VoiceRecorder = lazyWithTexts(() => import('./voice-recorder'));
const TemplateDialog = lazyWithTexts(() => import('./template-dialog'));

const commentLimit = 1000;
const none: PendingFile[] = [];

export function Composer({
  contact,
  replyTo,
  onReplyTo,
}: {
  contact: Contact;
  replyTo: Message | null;
  onReplyTo: (message: Message | null) => void;
}) {
  const me = useMe();
  const maySend = useMay('messages.send');
  const now = useNow();
  const { data: channels } = useQuery(channelsQuery);
  const [begun] = useState(() => begunDraft(contact, me.user.id));
  const [comment, setComment] = useState(begun.comment);
  const [text, setText] = useState(begun.text);
  // What stands in the other tab while a message taken back stands in this one.
  const [aside, setAside] = useState(() => keptOf(contact.id, me.user.id).aside);
  const [chosen, setChosen] = useState<string | null>(null);
  const [mode, setMode] = useState<'write' | 'voice' | 'template'>('write');
  // What a message outside a channel's window is about, '' while it is chosen; null where none is written.
  const [about, setAbout] = useState<{ channelId: string; tag: string } | null>(null);
  const attached = useAttachments(contact.id, me.user.id);
  const { add, addStored, drop, clear } = attached;
  // A comment has words alone; files wait for the reply.
  const files = comment ? none : attached.files;
  const input = useRef<HTMLTextAreaElement>(null);
  const suggest = useSuggest(text, setText, input);
  // What would go unresolved, and when it was to be sent.
  const [doubt, setDoubt] = useState<{ tokens: Unresolved[]; at?: Date } | null>(null);
  const [checking, setChecking] = useState(false);
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const typing = useTypingSignal(contact.id);
  useDraft(contact, me.user.id, begun, text, comment);
  const mentions = useMentions(contact, comment, text, setText, input);

  const identity = pickIdentity(contact, replyTo?.channel_id ?? chosen);
  const channel = channels?.find((c) => c.id === identity?.channel_id);
  const can = channel?.capabilities;
  const window_ = identity && windowOf(identity, channel, now);
  const reason = comment
    ? ''
    : contact.blocked
      ? consoleTexts.text.blockedNotice
      : !identity
        ? consoleTexts.text.noChannel
        : window_ && !window_.open
          ? window_.why
          : '';
  const late = !comment && !contact.blocked && window_ && !window_.open ? window_.offer : 'none';
  const tagged = late === 'tag' && about !== null && about.channelId === identity?.channel_id;
  const tag = tagged ? about.tag : '';
  const setTag = (value: string | null) =>
    setAbout(value !== null && identity ? { channelId: identity.channel_id, tag: value } : null);
  const writable = !reason || tagged;
  const recording = mode === 'voice' && writable && identity && !tagged;

  const focusInput = () => requestAnimationFrame(() => input.current?.focus());
  const turn = (asComment: boolean, words: string, other: string) => {
    setComment(asComment);
    setText(words);
    setAside(other);
    keep(contact.id, me.user.id, { aside: other });
  };
  const show = (asComment: boolean) => {
    atOnce(input, () => {
      if (asComment !== comment && aside) turn(asComment, aside, text);
      setComment(asComment);
      setDoubt(null);
      if (asComment) onReplyTo(null);
      setMode('write');
    });
  };
  useEffect(() => {
    const restore = (back: Restored) => {
      if (back.contactId !== contact.id) return false;
      const joined = (now: string) => [back.text, now].filter(Boolean).join('\n');
      // What is written to colleagues must not become part of what goes to the contact.
      if (back.comment === comment) setText(joined(text));
      else turn(back.comment, joined(aside), text);
      setMode('write');
      addStored(back.attachments);
      if (can?.tags.some((x) => x.value === back.tag)) setTag(back.tag ?? null);
      const data = queryClient.getQueryData(timelineQuery(contact.id, undefined).queryKey);
      const quoted = itemsOf(data).find((i) => i.id === back.replyTo);
      if (quoted?.item === 'message') onReplyTo(quoted);
      focusInput();
      return true;
    };
    const composer = {
      restore,
      insert: (of: string, snippet: Snippet) => {
        if (of !== contact.id || recording) return;
        setMode('write');
        insert(snippet.text);
        focusInput(); // the palette gives the focus back when it closes
        if (!comment) addStored(snippet.files);
      },
    };
    composers.add(composer);
    return () => {
      composers.delete(composer);
    };
  });
  useShortcuts({
    r: () => show(false),
    c: () => show(true),
    'Shift+R': () => {
      const data = queryClient.getQueryData(timelineQuery(contact.id, undefined).queryKey);
      const last = itemsOf(data).findLast(
        (i) => i.item === 'message' && i.direction === 'incoming' && !i.deleted_at,
      );
      if (last?.item === 'message' && can?.reply_context) onReplyTo(last);
    },
  });
  useEffect(() => {
    if (!replyTo) return;
    if (comment && text) turn(false, aside, text);
    setComment(false);
    requestAnimationFrame(() => input.current?.focus());
  }, [replyTo]);
  // Grows with the text; the styles stop it at eight lines.
  // The text is what changes the height.
  useEffect(() => {
    const el = input.current;
    if (!el) return;
    el.style.height = 'auto';
    // Measuring costs a layout, and of nothing the height is known.
    if (text) el.style.height = `${el.scrollHeight}px`;
  }, [text, mode, writable]);
  const dropping = useFileDrop(maySend && writable && !comment, add);

  const kind: ContentKind = files[0]?.kind ?? 'text';
  const limit = comment ? commentLimit : textLimit(can, kind);
  const left = limit === undefined ? undefined : limit - [...text].length;
  const refusals = new Map(
    files.map((f) => [f.key, f.error || refusal(f, comment ? undefined : can)]),
  );
  const ready =
    maySend &&
    writable &&
    (!tagged || tag !== '') &&
    (text.trim() !== '' || files.length > 0) &&
    (left === undefined || left >= 0) &&
    files.every((f) => f.stored && !refusals.get(f.key));

  const send = async (at = doubt?.at) => {
    if (!ready || checking) return;
    // Only where there may be variables the server is asked before.
    if (!doubt && mayHaveVariables(text)) {
      setChecking(true);
      const seen = await post('/contacts/{id}/preview', {
        params: { id: contact.id },
        body: { text, comment },
        signal: AbortSignal.timeout(3000),
      }).catch(() => undefined); // Then it is sent as the server resolves it.
      setChecking(false);
      if (seen?.unresolved.length) {
        setDoubt({ tokens: seen.unresolved, at });
        return;
      }
    }
    setDoubt(null);
    const attachments = files.map(
      (f): Attachment => ({
        kind: f.kind,
        file_id: f.stored!.id,
        name: f.stored!.name,
        mime: f.stored!.mime,
        size: f.stored!.size,
        width: f.stored!.width,
        height: f.stored!.height,
        duration: f.stored!.duration,
      }),
    );
    const written = text.trim();
    const { text: body, mentions: named } = comment
      ? mentions.content(written)
      : { text: written, mentions: [] };
    enqueue({
      contactId: contact.id,
      sendAt: at?.toISOString(),
      body: {
        ...(comment ? { comment: true } : { channel_id: identity?.channel_id }),
        ...(tag && { tag }),
        ...(body && { text: body }),
        ...(attachments.length && {
          attachments: attachments.map((a) => ({
            file_id: a.file_id!,
            ...(a.kind === 'voice' && { voice: true }),
          })),
        }),
        ...(replyTo && !comment && { reply_to: replyTo.id }),
      },
      content: {
        kind,
        text: body || undefined,
        tag: tag || undefined,
        mentions: named.length ? named : undefined,
        attachments: attachments.length ? attachments : undefined,
      },
      replyTo:
        replyTo && !comment
          ? {
              id: replyTo.id,
              text: shownText(replyTo.content) ?? '',
              kind: replyTo.content.kind,
              sender_name: replyTo.sender_name,
              direction: replyTo.direction,
            }
          : null,
    });
    typing.stop();
    if (!here.current) {
      // Somebody went on while the words were looked at: what is sent is no draft.
      if (!comment) keep(contact.id, me.user.id, { files: [], replyTo: null });
      storeDraft(contact.id, me.user.id, { text: '', comment }).catch(() => {});
      return;
    }
    setText('');
    if (!comment) setTag(null);
    clear(files);
    onReplyTo(null);
    focusInput();
  };

  const mend = () => {
    const token = doubt?.tokens[0];
    if (!token) return setDoubt(null);
    // The server counts characters, a text box UTF-16 units.
    const units = (n: number) => [...text].slice(0, n).join('').length;
    const word = { from: units(token.start), to: units(token.end) };
    atOnce(input, () => setDoubt(null), word);
  };

  const insert = (value: string) => {
    const from = input.current?.selectionStart ?? text.length;
    const to = input.current?.selectionEnd ?? text.length;
    const change = () => setText(text.slice(0, from) + value + text.slice(to));
    atOnce(input, change, { from: from + value.length });
  };
  const sign = (s: '$' | '/') => {
    const before = text.slice(0, input.current?.selectionStart ?? text.length);
    insert(s === '/' && /\S$/.test(before) ? ' /' : s);
  };

  if (!maySend)
    return (
      <p className="border-t border-line bg-surface px-6 py-4 text-center text-13 text-muted">
        {consoleTexts.text.noSendPermission}
      </p>
    );
  const tab = (asComment: boolean) =>
    `relative h-8 text-13 ${comment === asComment ? 'font-semibold text-text after:absolute after:inset-x-0 after:bottom-0.5 after:h-0.5 after:rounded-full after:bg-accent' : 'text-muted hover:text-text'}`;
  const name = formatPhone(contact.first_name || contact.name);
  return (
    <section
      aria-label={consoleTexts.text.composer}
      className="shrink-0 border-t border-line bg-surface px-3 pt-1 pb-[calc(env(safe-area-inset-bottom)+12px)] md:px-4"
    >
      {dropping && (
        <div className="pointer-events-none absolute inset-2 z-30 flex items-center justify-center rounded-14 border-2 border-dashed border-accent bg-tint/95 text-16 font-semibold text-accent">
          {consoleTexts.text.dropFiles}
        </div>
      )}
      <div className="mx-auto max-w-[760px]">
        <div className="flex items-center gap-3.5 pb-1">
          <button
            type="button"
            aria-pressed={!comment}
            disabled={Boolean(recording)}
            className={tab(false)}
            {...tip(consoleTexts.text.replyTab, 'r')}
            onClick={() => show(false)}
          >
            {consoleTexts.text.replyTab}
            {comment && aside && <Begun />}
          </button>
          <button
            type="button"
            aria-pressed={comment}
            disabled={Boolean(recording)}
            className={tab(true)}
            {...tip(consoleTexts.text.commentTab, 'c')}
            onClick={() => show(true)}
          >
            {consoleTexts.text.commentTab}
            {!comment && aside && <Begun />}
          </button>
          {!comment && identity && (
            <ChannelPicker
              contact={contact}
              identity={identity}
              window={window_}
              onPick={setChosen}
            />
          )}
        </div>
        {!writable ? (
          <ComposerNotice
            text={reason}
            onTemplate={late === 'template' ? () => setMode('template') : undefined}
            onTag={late === 'tag' ? () => setTag('') : undefined}
          />
        ) : recording ? (
          <Suspense fallback={<div className="h-[104px]" />}>
            <VoiceRecorder
              contactId={contact.id}
              identity={identity}
              capabilities={can}
              onDone={() => {
                setMode('write');
                focusInput();
              }}
            />
          </Suspense>
        ) : (
          <div
            className={`relative rounded-[12px] border focus-within:border-accent focus-within:shadow-[0_0_0_3px_var(--tint)] ${comment ? 'border-amber-line bg-amber' : 'border-line-strong/60 bg-surface'}`}
          >
            {replyTo && !comment && (
              <ReplyBar message={replyTo} contact={contact} onCancel={() => onReplyTo(null)} />
            )}
            {tagged && (
              <Suspense>
                <TagRow
                  tags={can?.tags ?? []}
                  tag={tag}
                  onTag={(value) => {
                    setTag(value);
                    focusInput();
                  }}
                  onCancel={() => setTag(null)}
                />
              </Suspense>
            )}
            {suggest.trigger && (
              <Suspense>
                <Suggestions
                  id={suggest.listId}
                  trigger={suggest.trigger}
                  contactId={contact.id}
                  keys={suggest.keys}
                  onActive={suggest.setActive}
                  onVariable={suggest.replace}
                  onSnippet={(snippet) => {
                    suggest.replace(snippet.text);
                    if (!comment) addStored(snippet.files);
                    post('/snippets/{id}/use', { params: { id: snippet.id } }).catch(() => {});
                  }}
                  onClose={suggest.close}
                />
              </Suspense>
            )}
            {doubt && (
              <Suspense>
                <UnresolvedNotice tokens={doubt.tokens} onSend={() => void send()} onMend={mend} />
              </Suspense>
            )}
            <AttachmentTray files={files} refusals={refusals} onDrop={drop} />
            {mentions.list}
            <textarea
              ref={input}
              {...mentions.attributes}
              rows={2}
              data-composer
              aria-label={
                comment ? consoleTexts.text.writeComment : consoleTexts.text.writeReply(name)
              }
              placeholder={
                comment ? consoleTexts.text.writeComment : consoleTexts.text.writeReply(name)
              }
              value={text}
              readOnly={checking}
              {...suggest.attributes}
              enterKeyHint={me.user.send_key === 'enter' ? 'send' : 'enter'}
              className={`block max-h-[176px] min-h-[44px] w-full resize-none bg-transparent px-3 pt-2.5 pb-0.5 outline-none ${comment ? 'text-amber-ink placeholder:text-amber-ink/90' : ''}`}
              onChange={(e) => {
                setText(e.target.value);
                setDoubt(null);
                mentions.moved(e.target);
                if (e.target.value) typing.typed(comment);
              }}
              onPaste={(e) => {
                if (comment || e.clipboardData.files.length === 0) return;
                e.preventDefault();
                add(e.clipboardData.files);
              }}
              onKeyDown={(e) => {
                if (!e.nativeEvent.isComposing && suggest.keys.current?.(e)) return;
                if (mentions.onKeyDown(e)) return;
                if (e.key === 'z' && (e.ctrlKey || e.metaKey) && !text && files.length === 0) {
                  const last = lastUndoable(contact.id, me.user.id);
                  if (last) {
                    e.preventDefault();
                    void undoSend(last);
                  }
                }
                if (e.key === 'Escape') {
                  if (replyTo) onReplyTo(null);
                  else e.currentTarget.blur();
                }
                if (e.key !== 'Enter' || e.nativeEvent.isComposing) return;
                const control = e.ctrlKey || e.metaKey;
                if (me.user.send_key === 'enter' ? !e.shiftKey : control) {
                  e.preventDefault();
                  void send();
                }
              }}
            />
            <div className="flex items-center gap-0.5 px-1.5 pb-1.5">
              <ComposerTools
                comment={comment}
                capabilities={can}
                takesVoice={!tagged}
                onFiles={add}
                onEmoji={insert}
                onVoice={() => setMode('voice')}
                onTemplate={() => setMode('template')}
                onSign={sign}
                onMention={() => insert(/\S$/.test(text) ? ' @' : '@')}
              />
              {left !== undefined && left < 100 && (
                <span
                  role="status"
                  className={`px-2 text-12 ${left < 0 ? 'font-semibold text-red' : 'text-muted'}`}
                >
                  {left < 0
                    ? consoleTexts.text.tooManyChars(-left)
                    : consoleTexts.text.charsLeft(left)}
                  <span className="sr-only">{wholeNumber(limit ?? 0)}</span>
                </span>
              )}
              <span className="ml-auto" />
              <PopoverButton
                label={consoleTexts.text.sendLater}
                className="btn-icon"
                side="top"
                disabled={!ready}
                attributes={tip(consoleTexts.text.sendLater)}
                content={(close) => (
                  <Suspense fallback={<PanelSkeleton className="w-72" />}>
                    <SchedulePanel
                      closesAt={(!comment && !tagged && identity?.window_closes_at) || null}
                      onPick={(at) => {
                        close();
                        void send(at);
                      }}
                    />
                  </Suspense>
                )}
              >
                <Icon name="clock" />
              </PopoverButton>
              <button
                type="button"
                aria-disabled={!ready}
                className={`btn btn-primary ${ready ? '' : 'opacity-100'}`}
                onClick={() => void send()}
              >
                {comment ? consoleTexts.text.sendComment : consoleTexts.text.send}
                <kbd className="rounded-[4px] border border-current/35 px-1 font-sans text-11 max-md:hidden">
                  {me.user.send_key === 'enter' ? '↵' : 'Ctrl ↵'}
                </kbd>
              </button>
            </div>
          </div>
        )}
      </div>
      {mode === 'template' && identity && (
        <Suspense>
          <TemplateDialog contact={contact} identity={identity} onClose={() => setMode('write')} />
        </Suspense>
      )}
    </section>
  );
}

/** Marks the tab in which something waits. */
const Begun = () => (
  <span className="ml-1.5 inline-block size-1.5 rounded-full bg-accent align-middle">
    <span className="sr-only">{consoleTexts.text.begun}</span>
  </span>
);
