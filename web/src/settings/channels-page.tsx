import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { get } from '../api/http';
import { channelsQuery } from '../api/queries';
import type { Channel } from '../api/types';
import { ago } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { ChannelGlyph } from '../ui/channel-glyph';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { PageSkeleton, Rows, Section, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';

export const channelTypesQuery = {
  queryKey: ['channel-types'],
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await get('/channel-types', { signal })).items,
};

export default function ChannelsPage() {
  const s = settingsTexts.text;
  const channels = useQuery({ ...channelsQuery, staleTime: 0 });
  const types = useQuery(channelTypesQuery);
  const failed = channels.error ?? types.error;
  return (
    <SettingsPage title={t.settingsPages.channels} help={s.channelsHelp} needs="channels.manage">
      {failed && (
        <ErrorState
          error={failed}
          onRetry={() => {
            void channels.refetch();
            void types.refetch();
          }}
        />
      )}
      {channels.isPending && !failed && <PageSkeleton />}
      {channels.data && (
        <Section title={s.connected}>
          {channels.data.length === 0 ? (
            <p className="rounded-10 border border-dashed border-line-strong/60 px-4 py-6 text-center text-muted">
              <span className="block font-semibold text-text">{s.noChannels}</span>
              {s.noChannelsHelp}
            </p>
          ) : (
            <Rows>
              {channels.data.map((c) => (
                <ChannelRow key={c.id} channel={c} />
              ))}
            </Rows>
          )}
        </Section>
      )}
      {types.data && (
        <Section title={s.connectNew} help={s.connectNewHelp}>
          <ul className="grid gap-2.5 md:grid-cols-2">
            {types.data.map((type) => (
              <li key={type.type}>
                <Link
                  to="/settings/channels/new/$type"
                  params={{ type: type.type }}
                  className="flex h-full items-start gap-3 rounded-10 border border-line p-3.5 hover:border-line-strong hover:bg-hover"
                >
                  <ChannelGlyph type={type.type} size={28} />
                  <span className="min-w-0">
                    <span className="block font-semibold">{type.name}</span>
                    <span className="block text-13 text-muted">{type.summary}</span>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </SettingsPage>
  );
}

function ChannelRow({ channel: c }: { channel: Channel }) {
  const s = settingsTexts.text;
  const now = useNow();
  const h = c.health;
  const problems = [
    c.status === 'error' && h.last_error?.text,
    h.unreadable > 0 && s.healthUnreadable(h.unreadable),
    h.queue_out > 0 && s.healthQueued(h.queue_out),
  ].filter(Boolean);
  const quiet = h.last_webhook_at
    ? s.healthLastWebhook(ago(h.last_webhook_at, now))
    : s.healthNothingYet;
  return (
    <li>
      <Link
        to="/settings/channels/$id"
        params={{ id: c.id }}
        className="flex items-center gap-3 px-4 py-3 hover:bg-hover"
      >
        <ChannelGlyph type={c.type} size={28} />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{c.name}</span>
          <span className="flex items-center gap-1.5 text-13">
            <StatusDot status={c.status} />
            <span
              className={`shrink-0 ${c.status === 'error' ? 'font-medium text-red' : 'text-muted'}`}
            >
              {s.health[c.status]}
            </span>
            <span className="min-w-0 truncate text-muted">· {problems[0] ?? quiet}</span>
          </span>
        </span>
        <Icon name="right" size={16} className="text-muted" />
      </Link>
    </li>
  );
}

export function StatusDot({ status }: { status: Channel['status'] }) {
  const color = { connected: 'bg-green', error: 'bg-red', disconnected: 'bg-line-strong' }[status];
  return <span className={`size-2 shrink-0 rounded-full ${color}`} />;
}
