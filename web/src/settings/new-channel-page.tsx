import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/http';
import { newKey } from '../api/key';
import { queryClient, useMay } from '../api/queries';
import type { ChannelType } from '../api/types';
import { ChannelGlyph } from '../ui/channel-glyph';
import { fieldError, TextField } from '../ui/field';
import { EmptyState, ErrorState } from '../ui/states';
import { ChannelFields, ChannelProblem } from './channel-fields';
import { channelTypesQuery } from './channels-page';
import { PageSkeleton, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';

export default function NewChannelPage() {
  const s = settingsTexts.text;
  const { type } = useParams({ from: '/app/settings/channels/new/$type' });
  const types = useQuery(channelTypesQuery);
  const found = types.data?.find((x) => x.type === type);
  return (
    <SettingsPage
      title={found ? s.connectTitle(found.name) : s.connectNew}
      help={found?.summary}
      back="/settings/channels"
      needs="channels.manage"
    >
      {types.isPending && <PageSkeleton />}
      {types.isError && <ErrorState error={types.error} onRetry={() => void types.refetch()} />}
      {types.data && !found && <EmptyState icon="messages" title={s.typeMissing} />}
      {found && <ConnectForm key={found.type} type={found} />}
    </SettingsPage>
  );
}

function ConnectForm({ type }: { type: ChannelType }) {
  const s = settingsTexts.text;
  const navigate = useNavigate();
  const mayAdvanced = useMay('channels.advanced');
  const [name, setName] = useState(type.name);
  const [config, setConfig] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      type.fields
        .filter((f) => f.default && (f.kind === 'choice' || f.kind === 'color'))
        .map((f) => [f.key, f.default]),
    ),
  );
  const [key, setKey] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const filled = Object.fromEntries(Object.entries(config).filter(([, v]) => v.trim()));
      const channel = await post('/channels', {
        body: { type: type.type, name: name.trim(), config: filled },
        headers: { 'Idempotency-Key': key },
      });
      await queryClient.invalidateQueries({ queryKey: ['channels'] });
      await navigate({ to: '/settings/channels/$id', params: { id: channel.id } });
    } catch (problem) {
      setError(problem);
      setBusy(false);
      // A refused attempt may be changed, so it is another request.
      setKey(newKey());
    }
  };
  return (
    <form onSubmit={submit} className="mt-6 grid max-w-[480px] gap-4">
      <ChannelGlyph type={type.type} size={36} />
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
        secretsSet={[]}
        errors={(key) => fieldError(errors, key)}
        mayAdvanced={mayAdvanced}
        onChange={setConfig}
      />
      <ChannelProblem error={error} fields={type.fields} />
      <button type="submit" className="btn btn-primary mt-1 h-9 justify-self-start" disabled={busy}>
        {busy ? s.connecting : s.connect}
      </button>
    </form>
  );
}
