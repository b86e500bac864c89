import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get, post, remove } from '../api/http';
import { queryClient, useMe } from '../api/queries';
import type { Invitation, SentInvitation } from '../api/types';
import { setupQuery } from '../auth/setup-state';
import { ago, fullTime } from '../format/time';
import { useNow } from '../format/use-now';
import { t } from '../i18n';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { MenuButton } from '../ui/menu';
import { ErrorState } from '../ui/states';
import { toast, toastError } from '../ui/toast';
import { tip } from '../ui/tooltip';
import { limitsInWords, mayManage } from './access';
import ConfirmDialog from './confirm-dialog';
import { InvitationReady } from './invitation-ready';
import { Rows, Section } from './settings-page';
import { settingsTexts } from './texts';
import { until } from './until';

export const invitationsKey = ['invitations'];

/** Replaces an invitation in the list, or puts a new one first; without one it only goes. */
export const noteInvitation = (id: string, next?: Invitation) =>
  queryClient.setQueryData<Invitation[]>(invitationsKey, (all = []) => [
    ...(next ? [next] : []),
    ...all.filter((i) => i.id !== id),
  ]);

/** Who was asked in and hasn't come yet. */
export function Invitations({ matches }: { matches: (email: string) => boolean }) {
  const s = settingsTexts.text.invitations;
  const query = useQuery({
    queryKey: invitationsKey,
    queryFn: async ({ signal }) => (await get('/invitations', { signal })).items,
    staleTime: 0,
  });
  const [cancelling, setCancelling] = useState<Invitation | null>(null);
  const [sent, setSent] = useState<SentInvitation | null>(null);
  const found = query.data?.filter((i) => matches(i.email)) ?? [];
  const resend = (id: string) =>
    post('/invitations/{id}/resend', { params: { id } }).then((answer) => {
      noteInvitation(id, answer.invitation);
      setSent(answer);
    }, toastError);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {found.length > 0 && (
        <Section title={s.title}>
          <Rows>
            {found.map((i) => (
              <InvitationRow
                key={i.id}
                invitation={i}
                onResend={() => void resend(i.id)}
                onCancel={() => setCancelling(i)}
              />
            ))}
          </Rows>
        </Section>
      )}
      {sent && (
        <Dialog title={s.readyTitle} onClose={() => setSent(null)} width={520}>
          <InvitationReady sent={sent} onClose={() => setSent(null)} />
        </Dialog>
      )}
      {cancelling && (
        <ConfirmDialog
          title={s.cancelTitle(cancelling.email)}
          text={s.cancelHelp}
          verb={s.cancel}
          refuse={s.keep}
          onConfirm={async () => {
            await remove('/invitations/{id}', { params: { id: cancelling.id } });
            noteInvitation(cancelling.id);
            toast(s.cancelled);
          }}
          onClose={() => setCancelling(null)}
        />
      )}
    </>
  );
}

function InvitationRow({
  invitation: i,
  onResend,
  onCancel,
}: {
  invitation: Invitation;
  onResend: () => void;
  onCancel: () => void;
}) {
  const { invitations: s, users: u } = settingsTexts.text;
  const me = useMe();
  const now = useNow();
  const { data: ways } = useQuery(setupQuery);
  const expired = i.expired || Date.parse(i.expires_at) <= now;
  const may = mayManage(me.user.role, i.role);
  const limits = limitsInWords(i);
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <span className="inline-flex size-9 shrink-0 items-center justify-center rounded-full border border-dashed border-line-strong text-muted">
        <Icon name="mail" size={16} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">{i.email}</p>
        <p className="text-13 text-muted">
          {u.roles[i.role]}
          {limits && ` · ${limits}`} ·{' '}
          <time dateTime={i.expires_at} {...tip(fullTime(i.expires_at))}>
            {expired ? s.expiredWhen(ago(i.expires_at, now)) : s.expires(until(i.expires_at, now))}
          </time>
        </p>
      </div>
      <span
        className={`shrink-0 rounded-full max-md:hidden px-2.5 py-0.5 text-12 font-medium ${expired ? 'bg-red-tint text-red' : 'bg-amber text-amber-ink'}`}
      >
        {expired ? s.expired : s.pending}
      </span>
      {may && (
        <MenuButton
          label={`${t.more}: ${i.email}`}
          className="btn-icon max-md:size-11"
          align="end"
          entries={[
            {
              key: 'resend',
              label: ways?.mail ? s.resend : s.newLink,
              icon: ways?.mail ? 'mail' : 'link',
              onSelect: onResend,
            },
            { kind: 'separator', key: 's' },
            { key: 'cancel', label: s.cancel, icon: 'trash', danger: true, onSelect: onCancel },
          ]}
        >
          <Icon name="more" strokeWidth={2.6} />
        </MenuButton>
      )}
    </li>
  );
}
