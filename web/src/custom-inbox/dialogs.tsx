import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { get, patch, post, remove } from '../api/http';
import { newKey } from '../api/key';
import {
  customInboxesQuery,
  forgetCount,
  queryClient,
  teamsQuery,
  useMe,
  usersQuery,
} from '../api/queries';
import type { CustomInbox, FilterNode } from '../api/types';
import { t } from '../i18n';
import ConfirmDialog from '../settings/confirm-dialog';
import { Dialog } from '../ui/dialog';
import { serverWord, TextField } from '../ui/field';
import { toastError } from '../ui/toast';
import { type CustomDialog, customDialog, setDraft, useDraft } from './drafts';
import { FilterBuilder } from './filter-builder';
import { filterTexts } from './texts';
import { countConditions, emptyGroup, isComplete, maxConditions } from './tree';

const close = () => customDialog.set(null);
const refresh = () => queryClient.invalidateQueries({ queryKey: customInboxesQuery.queryKey });

/** The dialogs of custom inboxes: filters, name, sharing, deletion. */
export default function CustomInboxDialogs({ dialog }: { dialog: CustomDialog }) {
  const { data: all } = useQuery(customInboxesQuery);
  if (dialog.kind === 'new') return <FilterDialog />;
  const inbox = all?.find((i) => i.id === dialog.id);
  if (!inbox) return null;
  switch (dialog.kind) {
    case 'edit':
      return <FilterDialog key={inbox.id} inbox={inbox} />;
    case 'rename':
      return <RenameDialog inbox={inbox} />;
    case 'share':
      return <ShareDialog inbox={inbox} />;
    case 'delete':
      return <DeleteDialog inbox={inbox} />;
  }
}

/** How many open conversations a filter holds for, asked when it rests for a moment. */
function useFits(tree: FilterNode) {
  const [asked, setAsked] = useState(tree);
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(tree), 400);
    return () => clearTimeout(timer);
  }, [tree]);
  const { data } = useQuery({
    queryKey: ['filter-count', asked],
    queryFn: ({ signal }) => post('/filter/count', { body: { filter: asked }, signal }),
    enabled: isComplete(asked) && countConditions(asked) > 0,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return data;
}

function FilterDialog({ inbox }: { inbox?: CustomInbox }) {
  const x = filterTexts.text;
  const navigate = useNavigate();
  const me = useMe();
  const draft = useDraft(inbox?.id ?? '');
  const [name, setName] = useState('');
  const [tree, setTree] = useState(draft ?? inbox?.filter ?? emptyGroup());
  const [naming, setNaming] = useState(!inbox);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { data: fields, isPending } = useQuery({
    queryKey: ['filter-fields'],
    queryFn: async ({ signal }) => (await get('/filter/fields', { signal })).items,
  });
  const fits = useFits(tree);
  const own = inbox?.creator_id === me.user.id;
  const problem =
    countConditions(tree) > maxConditions
      ? x.tooMany(maxConditions)
      : isComplete(tree)
        ? ''
        : x.incomplete;
  // A changed tree filters the list until it is saved or discarded.
  const apply = (saved: CustomInbox) => {
    const same = JSON.stringify(tree) === JSON.stringify(saved.filter);
    setDraft(saved.id, same ? undefined : tree);
  };
  const save = async (asNew: boolean) => {
    if (problem) return;
    setBusy(true);
    setError(null);
    try {
      const saved =
        inbox && !asNew
          ? await patch('/custom-inboxes/{inbox}', {
              params: { inbox: inbox.id },
              body: { filter: tree },
            })
          : await post('/custom-inboxes', {
              body: { name, filter: tree },
              headers: { 'Idempotency-Key': newKey() },
            });
      if (inbox) setDraft(inbox.id, undefined);
      await refresh();
      void queryClient.invalidateQueries({ queryKey: ['list'] });
      close();
      void navigate({ to: '/inbox/$inbox', params: { inbox: saved.id }, search: {} });
    } catch (e) {
      setError(e);
      if (!serverWord(e, 'name')) toastError(e);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={inbox ? x.editInbox(inbox.name) : x.newInbox} onClose={close} width={760}>
      <form
        className="flex min-h-0 flex-1 flex-col"
        onSubmit={(e) => {
          e.preventDefault();
          void save(naming);
        }}
      >
        <div className="grid min-h-0 flex-1 gap-4 overflow-y-auto px-5 pb-4">
          {naming && (
            <TextField
              label={x.name}
              help={x.nameHelp}
              error={serverWord(error, 'name')}
              data-autofocus
              required
              maxLength={50}
              value={name}
              onChange={(e) => setName(e.target.value)}
            />
          )}
          {isPending ? (
            <div className="skeleton h-24 rounded-10" aria-busy="true" />
          ) : (
            <FilterBuilder tree={tree} fields={fields ?? []} onChange={setTree} />
          )}
        </div>
        <p role="status" className="min-h-8 px-5 py-1.5 text-13 text-muted">
          {problem ||
            (countConditions(tree) === 0 ? x.everybody : fits && x.fits(fits.open, fits.more))}
        </p>
        <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 max-md:[&>button]:flex-auto">
          {inbox && !naming && (
            <>
              <button type="button" className="btn" onClick={() => setNaming(true)}>
                {x.saveAs}
              </button>
              {own && (
                <button
                  type="button"
                  className="btn"
                  disabled={Boolean(problem)}
                  onClick={() => {
                    apply(inbox);
                    customDialog.set({ kind: 'rename', id: inbox.id });
                  }}
                >
                  {x.rename}
                </button>
              )}
              <span className="mr-auto max-md:hidden" />
              {draft && (
                <button
                  type="button"
                  className="btn"
                  onClick={() => {
                    setDraft(inbox.id, undefined);
                    close();
                  }}
                >
                  {x.discard}
                </button>
              )}
              <button
                type="button"
                className="btn"
                disabled={Boolean(problem)}
                onClick={() => {
                  apply(inbox);
                  close();
                }}
              >
                {x.apply}
              </button>
            </>
          )}
          {(own || naming) && (
            <button
              type="submit"
              className="btn btn-primary"
              disabled={busy || Boolean(problem) || (naming && !name.trim())}
            >
              {x.save}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

function RenameDialog({ inbox }: { inbox: CustomInbox }) {
  const x = filterTexts.text;
  const [name, setName] = useState(inbox.name);
  const [error, setError] = useState<unknown>(null);
  return (
    <Dialog title={x.rename} onClose={close}>
      <form
        onSubmit={async (e) => {
          e.preventDefault();
          try {
            await patch('/custom-inboxes/{inbox}', {
              params: { inbox: inbox.id },
              body: { name },
            });
            await refresh();
            close();
          } catch (caught) {
            setError(caught);
            if (!serverWord(caught, 'name')) toastError(caught);
          }
        }}
      >
        <div className="px-5 pb-4">
          <TextField
            label={x.name}
            error={serverWord(error, 'name')}
            data-autofocus
            required
            maxLength={50}
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={close}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={!name.trim()}>
            {x.rename}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function ShareDialog({ inbox }: { inbox: CustomInbox }) {
  const x = filterTexts.text;
  const me = useMe();
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const [sharing, setSharing] = useState(inbox.sharing);
  const [userIds, setUsers] = useState(inbox.user_ids);
  const [teamIds, setTeams] = useState(inbox.team_ids);
  const nobody = sharing === 'shared' && userIds.length + teamIds.length === 0;
  const help = { private: x.privateHelp, public: x.publicHelp, shared: x.sharedHelp };
  const toggle = (list: string[], id: string) =>
    list.includes(id) ? list.filter((i) => i !== id) : [...list, id];
  const group = (
    title: string,
    items: { id: string; name: string }[],
    chosen: string[],
    set: (ids: string[]) => void,
  ) =>
    items.length > 0 && (
      <fieldset className="min-w-0">
        <legend className="mb-1 text-12 font-medium text-faint">{title}</legend>
        {items.map((i) => (
          <label key={i.id} className="flex min-h-8 items-center gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(i.id)}
              onChange={() => set(toggle(chosen, i.id))}
            />
            <span className="min-w-0 truncate">{i.name}</span>
          </label>
        ))}
      </fieldset>
    );
  return (
    <Dialog title={x.share} onClose={close} width={480}>
      <form
        className="flex min-h-0 flex-col"
        onSubmit={async (e) => {
          e.preventDefault();
          if (nobody) return;
          try {
            await patch('/custom-inboxes/{inbox}', {
              params: { inbox: inbox.id },
              body: { sharing, user_ids: userIds, team_ids: teamIds },
            });
            await refresh();
            close();
          } catch (error) {
            toastError(error);
          }
        }}
      >
        <div className="grid gap-3 overflow-y-auto px-5 pb-4">
          <fieldset className="grid gap-1">
            <legend className="sr-only">{x.sharing}</legend>
            {(['private', 'public', 'shared'] as const).map((s) => (
              <label key={s} className="flex items-start gap-2.5 py-1">
                <input
                  type="radio"
                  name="sharing"
                  className="mt-1"
                  checked={sharing === s}
                  onChange={() => setSharing(s)}
                />
                <span>
                  <span className="block font-medium">{x[s]}</span>
                  <span className="text-13 text-muted">{help[s]}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {sharing === 'shared' && (
            <div className="grid gap-4 rounded-10 border border-line p-3 md:grid-cols-2">
              {group(
                x.users,
                users.filter((u) => u.id !== me.user.id),
                userIds,
                setUsers,
              )}
              {group(x.teams, teams, teamIds, setTeams)}
            </div>
          )}
          <p role="status" className={`text-13 ${nobody ? 'text-red' : 'text-muted'}`}>
            {nobody ? x.shareNobody : x.shareNote}
          </p>
        </div>
        <footer className="flex justify-end gap-2 border-t border-line px-5 py-3">
          <button type="button" className="btn" onClick={close}>
            {t.cancel}
          </button>
          <button type="submit" className="btn btn-primary" disabled={nobody}>
            {x.saveSharing}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function DeleteDialog({ inbox }: { inbox: CustomInbox }) {
  const x = filterTexts.text;
  const navigate = useNavigate();
  const { inbox: here } = useParams({ strict: false });
  const { data: users = [] } = useQuery(usersQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const who = [
    ...teams.filter((i) => inbox.team_ids.includes(i.id)),
    ...users.filter((i) => inbox.user_ids.includes(i.id)),
  ].map((i) => i.name);
  const list = new Intl.ListFormat(t.locale).format(who);
  return (
    <ConfirmDialog
      title={x.deleteTitle(inbox.name)}
      text={inbox.sharing === 'shared' ? x.deleteText.shared(list) : x.deleteText[inbox.sharing]}
      verb={x.delete}
      onConfirm={async () => {
        await remove('/custom-inboxes/{inbox}', { params: { inbox: inbox.id } });
        setDraft(inbox.id, undefined);
        forgetCount(inbox.id);
        if (here === inbox.id)
          void navigate({ to: '/inbox/$inbox', params: { inbox: 'all' }, search: {} });
        await refresh();
      }}
      onClose={close}
    />
  );
}
