import { Suspense, useEffect, useState } from 'react';
import { ApiError, post } from '../api/http';
import { queryClient, useMay, useMe } from '../api/queries';
import type { Contact, Message, Scheduled } from '../api/types';
import { dropScheduled, undoSend } from '../composer/restore';
import { composerTexts } from '../composer/texts';
import { fullTime, momentOf } from '../format/time';
import { lazyPart } from '../parts';
import { patchTimelines } from '../realtime/apply';
import { Icon } from '../ui/icon';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { MessageBody } from './message-body';
import { addIfAbsent } from './timeline-cache';

const ScheduledDialog = lazyPart(() => import('./scheduled-dialog'));
const CancelDialog = lazyPart(() => import('./cancel-dialog'));

/** A message that waits for its time, can still be undone, or couldn't be sent then. */
export default function ScheduledView({
  scheduled: s,
  contact,
}: {
  scheduled: Scheduled;
  contact: Contact;
}) {
  const x = composerTexts.text;
  const me = useMe();
  const maySend = useMay('messages.send');
  const [open, setOpen] = useState<'edit' | 'cancel' | null>(null);
  const [busy, setBusy] = useState(false);
  const failed = s.status === 'failed';
  const mine = s.user_id === me.user.id;
  const sendNow = async () => {
    setBusy(true);
    try {
      const message = await post('/contacts/{id}/scheduled/{scheduled}/send', {
        params: { id: s.contact_id, scheduled: s.id },
      });
      patchTimelines(s.contact_id, (d) => addIfAbsent(d, message));
      dropScheduled(s);
    } catch (error) {
      toastError(error);
      if (error instanceof ApiError && error.status < 500)
        void queryClient.invalidateQueries({ queryKey: ['scheduled', s.contact_id] });
      setBusy(false);
    }
  };
  const shown: Message = asMessage(s);
  const action =
    'inline-flex min-h-8 items-center gap-1 rounded-6 px-1.5 font-medium hover:bg-hover';
  const when = momentOf(s.send_at);
  return (
    <article
      aria-label={failed ? x.notSent : s.undo ? x.sending : x.scheduled(when)}
      data-scheduled={s.id}
      className="flex flex-row-reverse pt-2.5"
    >
      <div className="flex max-w-[86%] min-w-0 flex-col items-end md:max-w-[78%]">
        <div
          className={`max-w-full min-w-0 rounded-14 rounded-br-[5px] border border-dashed px-3 py-2 ${failed ? 'border-red bg-red-tint' : s.comment ? 'border-amber-line bg-amber text-amber-ink' : 'border-accent/60 bg-surface'}`}
        >
          <MessageBody message={shown} contact={contact} />
        </div>
        <p
          className={`mt-1 flex flex-wrap items-center justify-end gap-x-1.5 px-1 text-12 ${failed ? 'text-red' : 'text-muted'}`}
        >
          <Icon name={failed ? 'error' : s.undo ? 'send' : 'clock'} size={14} />
          {failed ? (
            <span>
              <span className="font-semibold">{x.notSent}</span> · {s.error?.detail}
            </span>
          ) : s.undo ? (
            <Countdown until={s.send_at} />
          ) : (
            <span {...tip(fullTime(s.send_at))}>
              {s.comment ? x.scheduledComment(when) : x.scheduled(when)}
              {!mine && <> {x.scheduledBy(s.sender_name)}</>}
            </span>
          )}
        </p>
        {maySend && (
          <div className="flex flex-wrap justify-end text-12 text-accent">
            {s.undo && !failed ? (
              mine && (
                <button type="button" className={action} onClick={() => void undoSend(s)}>
                  <Icon name="reply" size={14} />
                  {x.undo}
                </button>
              )
            ) : (
              <>
                <button type="button" className={action} onClick={() => setOpen('edit')}>
                  {x.edit}
                </button>
                <button
                  type="button"
                  className={action}
                  disabled={busy}
                  onClick={() => void sendNow()}
                >
                  {x.sendNow}
                </button>
                <button type="button" className={action} onClick={() => setOpen('cancel')}>
                  {failed ? x.delete : x.cancel}
                </button>
              </>
            )}
          </div>
        )}
      </div>
      {open && (
        <Suspense>
          {open === 'edit' ? (
            <ScheduledDialog scheduled={s} contact={contact} onClose={() => setOpen(null)} />
          ) : (
            <CancelDialog
              scheduled={s}
              onClose={() => setOpen(null)}
              onDone={() => toast(x.cancelled)}
            />
          )}
        </Suspense>
      )}
    </article>
  );
}

function Countdown({ until }: { until: string }) {
  const x = composerTexts.text;
  const left = () => Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000));
  const [seconds, setSeconds] = useState(left);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds(left()), 250);
    return () => clearInterval(timer);
  });
  return <span>{seconds > 0 ? x.undoIn(String(seconds)) : x.sending}</span>;
}

function asMessage(s: Scheduled): Message {
  return {
    item: 'message',
    id: `pending:${s.client_ref}`,
    at: s.created_at,
    contact_id: s.contact_id,
    conversation_id: null,
    channel_id: s.channel_id,
    direction: s.comment ? 'comment' : 'outgoing',
    source: 'user',
    user_id: s.user_id,
    sender_name: s.sender_name,
    content: s.content,
    status: 'queued',
    status_times: {},
    error: null,
    reply_to: null,
    reactions: [],
    edited_at: null,
    deleted_at: null,
    sent_at: null,
    client_ref: s.client_ref,
  };
}
