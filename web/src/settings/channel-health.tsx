import { type ReactNode, useState } from 'react';
import { get, post } from '../api/http';
import type { Channel, ChannelCheck } from '../api/types';
import { wholeNumber } from '../format/size';
import { ago, fullTime, momentOf } from '../format/time';
import { useNow } from '../format/use-now';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { StatusDot } from './channels-page';
import { Rows } from './settings-page';
import { settingsTexts } from './texts';
import { usePages } from './use-pages';

/** Whether the channel works, in words and numbers, and what came in but couldn't be read. */
export function ChannelHealth({ channel }: { channel: Channel }) {
  const s = settingsTexts.text;
  const now = useNow();
  const h = channel.health;
  const when = (at: string | null) =>
    at ? (
      <time dateTime={at} {...tip(fullTime(at))}>
        {ago(at, now)}
      </time>
    ) : (
      s.never
    );
  return (
    <>
      <div className="rounded-10 border border-line">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
          <p className="flex flex-1 items-center gap-2 font-semibold">
            <StatusDot status={channel.status} />
            {s.health[channel.status]}
          </p>
          <CheckButton channel={channel} />
        </div>
        <dl className="grid grid-cols-2 border-t border-line md:grid-cols-3">
          <Figure name={s.lastWebhook} value={when(h.last_webhook_at)} />
          <Figure name={s.lastSend} value={when(h.last_send_at)} />
          <Figure name={s.queueIn} value={wholeNumber(h.queue_in)} />
          <Figure name={s.queueOut} value={wholeNumber(h.queue_out)} />
          <Figure name={s.unreadable} value={wholeNumber(h.unreadable)} alarm={h.unreadable > 0} />
          <Figure name={s.dead} value={wholeNumber(h.dead)} alarm={h.dead > 0} />
        </dl>
        {h.last_error && (
          <div className="border-t border-line px-4 py-3 text-13">
            <p className="text-muted">
              {s.lastError} · {momentOf(h.last_error.at)}
            </p>
            <p className="[overflow-wrap:anywhere] text-red">
              {h.last_error.text} {h.last_error.code && `(${h.last_error.code})`}
            </p>
          </div>
        )}
      </div>
      {h.unreadable > 0 && <Inbound channelId={channel.id} state="unreadable" />}
      {h.dead > 0 && <Inbound channelId={channel.id} state="dead" />}
    </>
  );
}

function Figure({
  name,
  value,
  alarm = false,
}: {
  name: string;
  value: ReactNode;
  alarm?: boolean;
}) {
  return (
    <div className="px-4 py-3">
      <dt className="text-12 text-muted">{name}</dt>
      <dd className={`font-semibold ${alarm ? 'text-red' : ''}`}>{value}</dd>
    </div>
  );
}

function CheckButton({ channel }: { channel: Channel }) {
  const s = settingsTexts.text;
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<ChannelCheck | null>(null);
  const check = async () => {
    setBusy(true);
    setResult(null);
    try {
      setResult(await post('/channels/{id}/check', { params: { id: channel.id } }));
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" className="btn" disabled={busy} onClick={() => void check()}>
        {busy ? s.checking : s.check}
      </button>
      <div role="status" className="basis-full text-13 empty:hidden">
        {result?.ok && (
          <p className="flex items-center gap-1.5 text-green">
            <Icon name="check" size={16} />
            {s.checkOk(result.account.name, result.account.handle)}
          </p>
        )}
        {result && !result.ok && (
          <p className="flex items-start gap-1.5 text-red">
            <Icon name="error" size={16} className="mt-0.5" />
            <span>
              {s.checkFailed}:{' '}
              {[result.error?.title, result.error?.detail].filter(Boolean).join(': ')}
              {result.error?.code && ` (${result.error.code})`}
            </span>
          </p>
        )}
      </div>
    </>
  );
}

function Inbound({ channelId, state }: { channelId: string; state: 'unreadable' | 'dead' }) {
  const s = settingsTexts.text;
  const pages = usePages(['inbound', channelId], (cursor, signal) =>
    get('/channels/{id}/inbound', { params: { id: channelId }, query: { cursor }, signal }),
  );
  // The server lists both states as one.
  const items = pages.items.filter((i) => i.state === state);
  const replay = (id: string) =>
    post('/channels/{id}/inbound/{inbound}/replay', {
      params: { id: channelId, inbound: id },
    }).then(() => {
      toast(s.replayed);
      void pages.refetch();
    }, toastError);
  if (pages.isError) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  return (
    <div className="mt-5">
      <h3 className="font-semibold">{state === 'dead' ? s.dead : s.inbound}</h3>
      <p className="mb-2 text-13 text-muted">{state === 'dead' ? s.deadHelp : s.inboundHelp}</p>
      {pages.data && !pages.hasNextPage && items.length === 0 && (
        <p className="text-13">{s.inboundNone}</p>
      )}
      {items.length > 0 && (
        <Rows>
          {items.map((i) => (
            <li key={i.id} className="flex items-start gap-3 px-4 py-3">
              <div className="min-w-0 flex-1 text-13">
                <p className="text-muted">{momentOf(i.received_at)}</p>
                <p className="[overflow-wrap:anywhere] text-red">{i.error}</p>
                <code className="mt-1 line-clamp-3 block text-12 [overflow-wrap:anywhere] text-muted">
                  {i.preview}
                </code>
              </div>
              <button
                type="button"
                className="btn"
                aria-label={`${s.replay} ${i.id}`}
                onClick={() => void replay(i.id)}
              >
                {s.replay}
              </button>
            </li>
          ))}
        </Rows>
      )}
      {pages.hasNextPage && (
        <button type="button" className="btn mt-3" onClick={() => void pages.fetchNextPage()}>
          {s.loadMore}
        </button>
      )}
    </div>
  );
}
