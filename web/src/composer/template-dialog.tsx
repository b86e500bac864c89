import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../api/http';
import { queryClient, templatesQuery } from '../api/queries';
import type { Contact, Identity, Template } from '../api/types';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { extraTexts } from '../i18n/lazy-with';
import { Dialog } from '../ui/dialog';
import { Icon } from '../ui/icon';
import { EmptyState, ErrorState } from '../ui/states';
import { toastError } from '../ui/toast';
import { TemplateForm } from './template-form';

/** Approved templates of the channel: find one, fill it, see it, send it. */
export default function TemplateDialog({
  contact,
  identity,
  onClose,
}: {
  contact: Contact;
  identity: Identity;
  onClose: () => void;
}) {
  const x = extraTexts.text;
  const query = useQuery(templatesQuery(identity.channel_id));
  const [q, setQ] = useState('');
  const [picked, setPicked] = useState<Template | null>(null);
  const [busy, setBusy] = useState(false);
  const approved = (query.data?.items ?? []).filter((i) => i.status === 'APPROVED');
  const words = plain(q.trim());
  const found = approved.filter((i) => plain(`${i.name} ${i.body} ${i.language}`).includes(words));
  const refresh = async () => {
    setBusy(true);
    try {
      const fresh = await get('/channels/{id}/templates', {
        params: { id: identity.channel_id },
        query: { refresh: true },
      });
      queryClient.setQueryData(templatesQuery(identity.channel_id).queryKey, fresh);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={picked ? picked.name : x.templates} onClose={onClose} width={picked ? 760 : 560}>
      {picked ? (
        <TemplateForm
          template={picked}
          contact={contact}
          identity={identity}
          onBack={() => setPicked(null)}
          onSent={onClose}
        />
      ) : (
        <>
          <div className="flex gap-2 px-5 pb-3">
            <input
              data-autofocus
              type="search"
              aria-label={x.templateSearch}
              placeholder={x.templateSearch}
              className="input"
              value={q}
              onChange={(e) => setQ(e.target.value)}
            />
            <button
              type="button"
              className="btn h-9"
              disabled={busy}
              onClick={() => void refresh()}
            >
              <Icon name="retry" size={16} />
              {x.refresh}
            </button>
          </div>
          <div className="min-h-64 overflow-y-auto border-t border-line p-2">
            {query.isPending && <ListSkeleton />}
            {query.isError && (
              <ErrorState error={query.error} onRetry={() => void query.refetch()} />
            )}
            {query.data && found.length === 0 && (
              <EmptyState
                icon="template"
                title={approved.length ? x.noTemplateFound : x.noTemplates}
                help={approved.length ? undefined : x.noTemplatesHelp}
              />
            )}
            <ul>
              {found.map((i) => (
                <li key={`${i.name}/${i.language}`}>
                  <button
                    type="button"
                    disabled={Boolean(i.unsupported)}
                    className="block w-full rounded-[8px] px-3 py-2.5 text-left hover:bg-sunken disabled:opacity-70"
                    onClick={() => setPicked(i)}
                  >
                    <span className="flex items-baseline gap-2">
                      <span className="min-w-0 truncate font-medium">{i.name}</span>
                      <span className="shrink-0 text-12 text-muted">
                        {i.language}
                        {i.category &&
                          ` · ${x.category[i.category as keyof typeof x.category] ?? i.category}`}
                      </span>
                    </span>
                    <span className="line-clamp-2 text-13 text-muted">
                      {i.unsupported ? x.cannotOffer(i.unsupported) : i.body}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </div>
        </>
      )}
    </Dialog>
  );
}

function ListSkeleton() {
  return (
    <div className="late grid gap-4 p-3" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      {[0, 1, 2, 3].map((i) => (
        <div key={i}>
          <div className="skeleton h-3.5 w-40" />
          <div className="skeleton mt-2 h-3 w-full" />
        </div>
      ))}
    </div>
  );
}
