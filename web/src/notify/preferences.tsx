import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { put } from '../api/http';
import { queryClient, useMe } from '../api/queries';
import type { NoticeKind, NotifyPreferences, NotifyState } from '../api/types';
import { t } from '../i18n';
import { Field } from '../ui/field';
import { ErrorState, PanelSkeleton } from '../ui/states';
import { toastError } from '../ui/toast';
import { ThisDevice } from './device';
import { preferencesQuery } from './queries';
import { notifyTexts } from './texts';

const kinds: NoticeKind[] = [
  'assigned_to_me',
  'mention',
  'message_mine',
  'message_team',
  'message_unassigned',
  'snooze_due',
  'send_failed',
];
const ways = ['app', 'push', 'mail'] as const;
const minutes = [5, 15, 30, 60];

/** What reaches one, and how. Every change is kept at once. */
export default function Preferences() {
  const x = notifyTexts.text;
  const query = useQuery(preferencesQuery);
  const ready = query.isSuccess;
  useEffect(() => {
    if (ready && location.hash === '#notifications')
      document.getElementById('notifications')?.scrollIntoView();
  }, [ready]);
  return (
    <section id="notifications" className="mt-8 scroll-mt-4">
      <h2 className="text-[15px] font-semibold">{x.notifications}</h2>
      <p className="text-13 text-muted">{x.help}</p>
      {query.isPending ? (
        <PanelSkeleton className="mt-3 min-h-[560px] content-start" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Form state={query.data} />
      )}
    </section>
  );
}

function Form({ state: stored }: { state: NotifyState }) {
  // Of its own, so that a box shows its tick in the moment of the click.
  const [state, setState] = useState(stored);
  useEffect(() => setState(stored), [stored]);
  const x = notifyTexts.text;
  const me = useMe();
  // One after another, and only the last answer counts: an older one would take back
  // what was changed since.
  const sent = useRef<Promise<unknown>>(Promise.resolve());
  const change = (values: Partial<NotifyPreferences>) => {
    const { mail_available, $schema: _, ...before } = state as NotifyState & { $schema?: string };
    const next = { ...before, ...values };
    setState({ ...next, mail_available });
    queryClient.setQueryData(preferencesQuery.queryKey, { ...next, mail_available });
    const answer = sent.current.then(() => put('/me/notifications', { body: next }));
    const settled = answer.catch(() => {});
    sent.current = settled;
    const newest = () => sent.current === settled;
    answer.then(
      (kept) => {
        if (newest()) queryClient.setQueryData(preferencesQuery.queryKey, kept);
        void queryClient.invalidateQueries({ queryKey: ['notifications'] });
      },
      (error) => {
        if (newest()) queryClient.setQueryData(preferencesQuery.queryKey, state);
        toastError(error, t.updateFailed);
      },
    );
  };
  const quiet = state.quiet_hours;
  const setQuiet = (values: Partial<typeof quiet>) =>
    change({ quiet_hours: { ...quiet, ...values } });
  const zone = (me.user.timezone || me.workspace.timezone).replaceAll('_', ' ');
  return (
    <div className="mt-3 grid gap-6">
      <div className="overflow-hidden rounded-10 border border-line">
        <table className="w-full text-left">
          <thead>
            <tr className="bg-sunken text-12 text-muted">
              <th scope="col" className="px-3.5 py-2 font-medium">
                {x.kind}
              </th>
              {ways.map((w) => (
                <th
                  key={w}
                  scope="col"
                  className="w-[72px] px-1 py-2 text-center font-medium md:w-24"
                >
                  {x.ways[w]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {kinds.map((k) => {
              const of = state.kinds[k]!;
              return (
                <tr key={k}>
                  <th scope="row" className="px-3.5 py-2 font-normal">
                    {x.kinds[k]}
                  </th>
                  {ways.map((w) => (
                    <td key={w} className="px-1 text-center">
                      <label className="inline-flex size-9 items-center justify-center">
                        <input
                          type="checkbox"
                          className="size-4 accent-(--accent)"
                          aria-label={`${x.kinds[k]}: ${x.waysHelp[w]}`}
                          checked={
                            of[w] &&
                            (w === 'app' || of.app) &&
                            (w !== 'mail' || state.mail_available)
                          }
                          disabled={
                            (w !== 'app' && !of.app) || (w === 'mail' && !state.mail_available)
                          }
                          onChange={(e) =>
                            change({
                              kinds: { ...state.kinds, [k]: { ...of, [w]: e.target.checked } },
                            })
                          }
                        />
                      </label>
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {!state.mail_available && <p className="-mt-3 text-13 text-muted">{x.noMail}</p>}
      <ThisDevice />
      <div className="grid max-w-[480px] gap-4">
        <Check
          label={x.sound}
          help={x.soundHelp}
          checked={state.sound}
          onChange={(sound) => change({ sound })}
        />
        <Check
          label={x.showContent}
          help={x.showContentHelp}
          checked={state.show_content}
          onChange={(show_content) => change({ show_content })}
        />
        {state.mail_available && (
          <Field label={x.mailAfter}>
            {(a) => (
              <select
                className="input max-w-48"
                {...a}
                value={state.mail_after}
                onChange={(e) => change({ mail_after: Number(e.target.value) })}
              >
                {minutes.map((m) => (
                  <option key={m} value={m}>
                    {x.minutes(m)}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Check
          label={x.quiet}
          help={x.quietHelp(zone)}
          checked={quiet.on}
          onChange={(on) =>
            setQuiet({ on, ...(on && !quiet.days.length && { days: [0, 1, 2, 3, 4, 5, 6] }) })
          }
        />
        {quiet.on && <QuietHours quiet={quiet} onChange={setQuiet} />}
      </div>
    </div>
  );
}

type Quiet = NotifyPreferences['quiet_hours'];

function QuietHours({ quiet, onChange }: { quiet: Quiet; onChange: (q: Partial<Quiet>) => void }) {
  const x = notifyTexts.text;
  // 2 January 2000 was a Sunday.
  const name = (day: number) =>
    new Intl.DateTimeFormat(t.locale, { weekday: 'short', timeZone: 'UTC' }).format(
      Date.UTC(2000, 0, 2 + day),
    );
  const time = (label: string, which: 'from' | 'to') => (
    <Field label={label}>
      {(a) => (
        <input
          type="time"
          className="input w-32"
          {...a}
          required
          value={quiet[which]}
          onChange={(e) => {
            const other = which === 'from' ? quiet.to : quiet.from;
            if (e.target.value && e.target.value !== other) onChange({ [which]: e.target.value });
          }}
        />
      )}
    </Field>
  );
  return (
    <div className="grid gap-4 pl-6.5">
      <div className="flex gap-4">
        {time(x.from, 'from')}
        {time(x.to, 'to')}
      </div>
      <fieldset>
        <legend className="mb-1.5 text-13 font-medium">{x.onDays}</legend>
        <div className="flex flex-wrap gap-1.5">
          {[1, 2, 3, 4, 5, 6, 0].map((day) => {
            const on = quiet.days.includes(day);
            return (
              <button
                key={day}
                type="button"
                aria-pressed={on}
                className={`h-8 min-w-11 rounded-[8px] border px-2 text-13 font-medium ${on ? 'border-accent bg-tint text-accent' : 'border-line text-muted hover:bg-hover'}`}
                onClick={() => {
                  const days = on ? quiet.days.filter((d) => d !== day) : [...quiet.days, day];
                  onChange(days.length ? { days } : { on: false, days });
                }}
              >
                {name(day)}
              </button>
            );
          })}
        </div>
      </fieldset>
    </div>
  );
}

function Check({
  label,
  help,
  checked,
  onChange,
}: {
  label: string;
  help: string;
  checked: boolean;
  onChange: (on: boolean) => void;
}) {
  return (
    <label className="flex items-start gap-2.5">
      <input
        type="checkbox"
        className="mt-[3px] size-4 shrink-0 accent-(--accent)"
        checked={checked}
        onChange={(e) => onChange(e.target.checked)}
      />
      <span>
        <span className="block font-medium">{label}</span>
        <span className="block text-13 text-muted">{help}</span>
      </span>
    </label>
  );
}
