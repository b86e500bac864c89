import { useQuery } from '@tanstack/react-query';
import { Suspense, useState } from 'react';
import { get } from '../api/http';
import { momentOf } from '../format/time';
import { lazyPart } from '../parts';
import { Icon } from '../ui/icon';
import { ErrorState } from '../ui/states';
import { settingsTexts } from './texts';
import type { TwoFactorTask } from './two-factor-dialog';

const TwoFactorDialog = lazyPart(() => import('./two-factor-dialog'));

/** From this many on, signing in without the phone is at risk. */
const fewCodes = 3;

/** Whether a code is asked for besides the password, and what can be done about it. */
export function TwoFactor() {
  const s = settingsTexts.text.factor;
  const [task, setTask] = useState<TwoFactorTask | null>(null);
  const query = useQuery({
    queryKey: ['two-factor'],
    queryFn: ({ signal }) => get('/me/two-factor', { signal }),
    staleTime: 0,
  });
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const state = query.data;
  return (
    <div className="max-w-[560px] rounded-10 border border-line px-4 py-3">
      {!state ? (
        <div aria-busy="true" className="grid gap-2">
          <span className="skeleton h-5 w-32" />
          <span className="skeleton h-8 w-28" />
        </div>
      ) : (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
          <div className="min-w-40 flex-1">
            <p className="flex items-center gap-1.5 font-medium">
              {state.enabled && (
                <Icon name="check" size={16} strokeWidth={2} className="text-green" />
              )}
              {state.enabled ? s.on : s.off}
            </p>
            {state.enabled && (
              <p className="text-13 text-muted">
                {state.since && `${s.onSince(momentOf(state.since))} · `}
                {s.codesLeft(state.recovery_left)}
              </p>
            )}
            {state.enabled && state.recovery_left <= fewCodes && (
              <p className="mt-1 flex items-start gap-1.5 text-13 text-amber-ink">
                <Icon name="warning" size={16} className="mt-0.5" />
                {s.fewCodes}
              </p>
            )}
          </div>
          <div className="flex flex-wrap gap-2">
            {state.enabled ? (
              <>
                <button type="button" className="btn" onClick={() => setTask('codes')}>
                  {s.newCodes}
                </button>
                <button type="button" className="btn" onClick={() => setTask('off')}>
                  {s.turnOff}
                </button>
              </>
            ) : (
              <button type="button" className="btn" onClick={() => setTask('on')}>
                {s.turnOn}
              </button>
            )}
          </div>
        </div>
      )}
      {task && (
        <Suspense>
          <TwoFactorDialog
            task={task}
            onClose={() => {
              setTask(null);
              void query.refetch();
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
