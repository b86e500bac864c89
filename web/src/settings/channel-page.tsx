import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, get, patch, remove } from '../api/http';
import { queryClient, useMay } from '../api/queries';
import type { Channel, ChannelType } from '../api/types';
import { ChannelGlyph } from '../ui/channel-glyph';
import { fieldError, TextField } from '../ui/field';
import { EmptyState, ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import { ChannelFields, ChannelProblem } from './channel-fields';
import { ChannelHealth } from './channel-health';
import { channelTypesQuery } from './channels-page';
import ConfirmDialog from './confirm-dialog';
import { CopyField } from './copy-field';
import { PageSkeleton, Section, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';
import { WebchatEmbed } from './webchat-embed';

export default function ChannelPage() {
  const s = settingsTexts.text;
  const { id } = useParams({ from: '/app/settings/channels/$id' });
  const navigate = useNavigate();
  const [leaving, setLeaving] = useState(false);
  const types = useQuery(channelTypesQuery);
  const query = useQuery({
    queryKey: ['channel', id],
    queryFn: ({ signal }) => get('/channels/{id}', { params: { id }, signal }),
    staleTime: 0,
    refetchInterval: 15_000,
  });
  const channel = query.data;
  const type = types.data?.find((x) => x.type === channel?.type);
  const gone = query.error instanceof ApiError && query.error.status === 404;
  return (
    <SettingsPage
      title={
        channel ? (
          <span className="flex items-center gap-3">
            <ChannelGlyph type={channel.type} size={28} />
            <span className="min-w-0 truncate">{channel.name}</span>
          </span>
        ) : (
          s.configuration
        )
      }
      help={channel && [type?.name, channel.handle].filter(Boolean).join(' · ')}
      back="/settings/channels"
      needs="channels.manage"
    >
      {query.isPending && <PageSkeleton />}
      {gone && <EmptyState icon="messages" title={s.channelMissing} />}
      {query.isError && !gone && !channel && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {channel && (
        <>
          <Section title={s.healthTitle}>
            <ChannelHealth channel={channel} />
          </Section>
          {channel.webhook_url && (
            <div className="mt-8 grid gap-5">
              {channel.type === 'webchat' ? (
                <WebchatEmbed channel={channel} />
              ) : (
                <CopyField
                  label={s.webhook}
                  value={new URL(channel.webhook_url, location.origin).href}
                  help={s.webhookHelp}
                />
              )}
            </div>
          )}
          {type && (
            <Section title={s.configuration}>
              <EditForm key={channel.id} channel={channel} type={type} />
            </Section>
          )}
          <div className="mt-10 border-t border-line pt-5">
            <button type="button" className="btn text-red" onClick={() => setLeaving(true)}>
              {s.disconnect}
            </button>
          </div>
          {leaving && (
            <ConfirmDialog
              title={s.disconnectTitle(channel.name)}
              text={s.disconnectHelp}
              verb={s.disconnectConfirm}
              onClose={() => setLeaving(false)}
              onConfirm={async () => {
                await remove('/channels/{id}', { params: { id: channel.id } });
                await queryClient.invalidateQueries({ queryKey: ['channels'] });
                await navigate({ to: '/settings/channels' });
              }}
            />
          )}
        </>
      )}
    </SettingsPage>
  );
}

function EditForm({ channel, type }: { channel: Channel; type: ChannelType }) {
  const s = settingsTexts.text;
  const mayAdvanced = useMay('channels.advanced');
  const [name, setName] = useState(channel.name);
  const [config, setConfig] = useState<Record<string, string>>(channel.config);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      // Only what changed is sent: an untouched secret stays as it is.
      const changed = Object.fromEntries(
        type.fields
          .filter((f) => (config[f.key] ?? '') !== (channel.config[f.key] ?? ''))
          .map((f) => [f.key, config[f.key] ?? '']),
      );
      const next = await patch('/channels/{id}', {
        params: { id: channel.id },
        body: { name: name.trim(), config: changed },
      });
      queryClient.setQueryData(['channel', channel.id], next);
      void queryClient.invalidateQueries({ queryKey: ['channels'] });
      setConfig(next.config);
      toast(s.saved);
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid max-w-[480px] gap-4">
      <TextField
        label={s.channelName}
        help={s.channelNameHelp}
        required
        value={name}
        onChange={(e) => setName(e.target.value)}
        error={fieldError(errors, 'name')}
      />
      <ChannelFields
        fields={type.fields}
        values={config}
        secretsSet={channel.secrets_set}
        errors={(key) => fieldError(errors, key)}
        mayAdvanced={mayAdvanced}
        onChange={setConfig}
      />
      <ChannelProblem error={error} fields={type.fields} />
      <button type="submit" className="btn btn-primary h-9 justify-self-start" disabled={busy}>
        {busy ? s.saving : s.saveChanges}
      </button>
    </form>
  );
}
