import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/http';
import { queryClient, tagsQuery, useMay } from '../api/queries';
import type { Tag } from '../api/types';
import { tagDots } from '../drawer/tag-dots';
import { plain } from '../format/plain';
import { t } from '../i18n';
import { EmptyState, ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import ConfirmDialog from './confirm-dialog';
import { crmTexts } from './crm-texts';
import { DefinitionRow } from './definition-row';
import { SearchField } from './search-field';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';
import TagDialog from './tag-dialog';

type Open = { do: 'add' } | { do: 'edit' | 'delete'; tag: Tag } | null;

/** From how many tags on one searches among them. */
const many = 8;

export default function TagsPage() {
  const s = crmTexts.text.tags;
  const may = useMay('fields.manage');
  const mayDelete = useMay('fields.delete');
  const tags = useQuery({ ...tagsQuery, enabled: may, staleTime: 0 });
  const [q, setQ] = useState('');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const found = tags.data?.filter((x) => plain(x.name).includes(plain(q.trim()))) ?? [];
  const addButton = (
    <button type="button" className="btn btn-primary" onClick={() => setOpen({ do: 'add' })}>
      {s.add}
    </button>
  );
  return (
    <SettingsPage
      title={t.settingsPages.tags}
      help={s.help}
      needs="fields.manage"
      action={tags.data?.length ? addButton : undefined}
    >
      {tags.isPending && <PageSkeleton />}
      {tags.isError && <ErrorState error={tags.error} onRetry={() => void tags.refetch()} />}
      {tags.data?.length === 0 && (
        <EmptyState icon="tag" title={s.empty} help={s.emptyHelp}>
          {addButton}
        </EmptyState>
      )}
      {tags.data && tags.data.length > many && (
        <div className="mt-5">
          <SearchField label={s.find} placeholder={s.find} value={q} onChange={setQ} />
        </div>
      )}
      {found.length > 0 && (
        <div className="mt-4">
          <Rows>
            {found.map((tag) => (
              <DefinitionRow
                key={tag.id}
                lead={
                  <span
                    className="size-3 shrink-0 rounded-full"
                    style={{ background: tagDots[tag.color] }}
                  />
                }
                name={tag.emoji ? `${tag.emoji} ${tag.name}` : tag.name}
                detail={tag.description}
                editLabel={s.edit}
                deleteLabel={s.delete}
                onEdit={() => setOpen({ do: 'edit', tag })}
                onDelete={mayDelete ? () => setOpen({ do: 'delete', tag }) : undefined}
              />
            ))}
          </Rows>
        </div>
      )}
      {q.trim() && found.length === 0 && (
        <p className="mt-6 text-muted" role="status">
          {s.nothing(q.trim())}
        </p>
      )}
      {open?.do === 'add' && <TagDialog onClose={close} />}
      {open?.do === 'edit' && <TagDialog tag={open.tag} onClose={close} />}
      {open?.do === 'delete' && (
        <ConfirmDialog
          title={s.deleteTitle(open.tag.name)}
          text={s.deleteHelp}
          verb={s.delete}
          onConfirm={async () => {
            const { id, name } = open.tag;
            await remove('/tags/{id}', { params: { id } });
            queryClient.setQueryData(tagsQuery.queryKey, (all) => all?.filter((x) => x.id !== id));
            toast(s.deleted(name));
          }}
          onClose={close}
        />
      )}
    </SettingsPage>
  );
}
