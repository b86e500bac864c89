import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { remove } from '../api/http';
import { fieldsQuery, queryClient, useMay } from '../api/queries';
import type { CustomField } from '../api/types';
import { t } from '../i18n';
import { EmptyState, ErrorState } from '../ui/states';
import { toast } from '../ui/toast';
import ConfirmDialog from './confirm-dialog';
import { crmTexts } from './crm-texts';
import { DefinitionRow } from './definition-row';
import FieldDialog from './field-dialog';
import { PageSkeleton, Rows, SettingsPage } from './settings-page';

type Open = { do: 'add' } | { do: 'edit' | 'delete'; field: CustomField } | null;

/** What the workspace keeps of its contacts. */
export default function FieldsPage() {
  const s = crmTexts.text.fields;
  const may = useMay('fields.manage');
  const mayDelete = useMay('fields.delete');
  const fields = useQuery({ ...fieldsQuery, enabled: may, staleTime: 0 });
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const addButton = (
    <button type="button" className="btn btn-primary" onClick={() => setOpen({ do: 'add' })}>
      {s.add}
    </button>
  );
  return (
    <SettingsPage
      title={t.settingsPages.fields}
      help={s.help}
      needs="fields.manage"
      action={fields.data?.length ? addButton : undefined}
    >
      {fields.isPending && <PageSkeleton />}
      {fields.isError && <ErrorState error={fields.error} onRetry={() => void fields.refetch()} />}
      {fields.data?.length === 0 && (
        <EmptyState icon="list" title={s.empty} help={s.emptyHelp}>
          {addButton}
        </EmptyState>
      )}
      {fields.data && fields.data.length > 0 && (
        <div className="mt-6">
          <Rows>
            {fields.data.map((field) => (
              <DefinitionRow
                key={field.id}
                name={field.name}
                detail={[`$contact.${field.slug}`, field.description].filter(Boolean).join(' · ')}
                hint={
                  field.type === 'list'
                    ? `${s.types.list}, ${s.optionCount(field.options.length)}`
                    : s.types[field.type]
                }
                editLabel={s.edit}
                deleteLabel={s.delete}
                onEdit={() => setOpen({ do: 'edit', field })}
                onDelete={mayDelete ? () => setOpen({ do: 'delete', field }) : undefined}
              />
            ))}
          </Rows>
        </div>
      )}
      {open?.do === 'add' && <FieldDialog onClose={close} />}
      {open?.do === 'edit' && <FieldDialog field={open.field} onClose={close} />}
      {open?.do === 'delete' && (
        <ConfirmDialog
          title={s.deleteTitle(open.field.name)}
          text={s.deleteHelp}
          verb={s.delete}
          onConfirm={async () => {
            const { id, name } = open.field;
            await remove('/contact-fields/{id}', { params: { id } });
            queryClient.setQueryData(fieldsQuery.queryKey, (all) =>
              all?.filter((x) => x.id !== id),
            );
            toast(s.deleted(name));
          }}
          onClose={close}
        />
      )}
    </SettingsPage>
  );
}
