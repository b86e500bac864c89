import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, get, post, remove } from '../api/http';
import { useMay } from '../api/queries';
import type { NewToken, Token } from '../api/types';
import { FormProblem } from '../auth/form-problem';
import { ago, momentOf } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { fieldError, TextField } from '../ui/field';
import { EmptyState, ErrorState } from '../ui/states';
import ConfirmDialog from './confirm-dialog';
import { CopyField } from './copy-field';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import { settingsTexts } from './texts';

export default function TokensPage() {
  const s = settingsTexts.text;
  const now = useNow();
  const may = useMay('tokens.manage');
  const query = useQuery({
    queryKey: ['tokens'],
    queryFn: async ({ signal }) => (await get('/tokens', { signal })).items,
    staleTime: 0,
  });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <SettingsPage
      title={t.settingsPages.tokens}
      help={may ? s.tokensHelp : s.tokensNotAllowed}
      action={
        may && (
          <button type="button" className="btn btn-primary" onClick={() => setCreating(true)}>
            {s.newToken}
          </button>
        )
      }
    >
      {query.isPending && <PageSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.data?.length === 0 && <EmptyState icon="key" title={s.noTokens} />}
      {query.data && query.data.length > 0 && (
        <div className="mt-6">
          <Rows>
            {query.data.map((token) => (
              <li key={token.id} className="flex items-center gap-3 px-4 py-3">
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">{token.name}</p>
                  <p className="text-13 text-muted">
                    <code className="text-12">{token.prefix}…</code> ·{' '}
                    {s.tokenCreated(momentOf(token.created_at))} ·{' '}
                    {token.last_used_at ? s.tokenUsed(ago(token.last_used_at, now)) : s.tokenUnused}
                  </p>
                </div>
                <button
                  type="button"
                  className="btn"
                  aria-label={`${s.revoke}: ${token.name}`}
                  onClick={() => setRevoking(token)}
                >
                  {s.revoke}
                </button>
              </li>
            ))}
          </Rows>
        </div>
      )}
      {creating && (
        <NewTokenDialog
          onClose={() => {
            setCreating(false);
            void query.refetch();
          }}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={s.revokeTitle(revoking.name)}
          text={s.revokeHelp}
          verb={s.revoke}
          onConfirm={() =>
            remove('/tokens/{id}', { params: { id: revoking.id } }).then(() => query.refetch())
          }
          onClose={() => setRevoking(null)}
        />
      )}
    </SettingsPage>
  );
}

function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const s = settingsTexts.text;
  const [name, setName] = useState('');
  const [created, setCreated] = useState<NewToken | null>(null);
  const [error, setError] = useState<unknown>();
  const errors = error instanceof ApiError ? error.errors : undefined;
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    try {
      setCreated(await post('/tokens', { body: { name: name.trim() } }));
    } catch (problem) {
      setError(problem);
    }
  };
  return (
    <Dialog title={s.newToken} onClose={onClose} width={520}>
      {created ? (
        <>
          <div className="px-5 pb-5">
            <CopyField label={created.name} value={created.token} help={s.tokenOnce} />
          </div>
          <footer className="flex justify-end border-t border-line px-5 py-3">
            <button type="button" className="btn btn-primary" onClick={onClose}>
              {s.done}
            </button>
          </footer>
        </>
      ) : (
        <form onSubmit={submit}>
          <div className="grid gap-3 px-5 pb-5">
            {!errors?.length && <FormProblem error={error} />}
            <TextField
              label={s.tokenName}
              placeholder={s.tokenPlaceholder}
              required
              data-autofocus
              value={name}
              onChange={(e) => setName(e.target.value)}
              error={fieldError(errors, 'name')}
            />
          </div>
          <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
            <button type="button" className="btn" onClick={onClose}>
              {t.cancel}
            </button>
            <button type="submit" className="btn btn-primary" disabled={!name.trim()}>
              {s.createToken}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}
