import { useSyncExternalStore } from 'react';
import { ApiError } from '../api/http';
import { t } from '../i18n';
import { Store } from '../realtime/store';
import { Icon } from './icon';

interface Toast {
  id: number;
  text: string;
  detail?: string;
  tone: 'plain' | 'error';
  action?: { label: string; run: () => void };
  /** One with a name stays until it is dismissed, or another of its name comes. */
  name?: string;
}

const toasts = new Store<readonly Toast[]>([]);
let nextId = 1;

export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}) {
  const entry: Toast = { id: nextId++, text, tone: 'plain', ...options };
  const named = toasts.get().filter((x) => x.name && x.name !== entry.name);
  const passing = toasts.get().filter((x) => !x.name);
  toasts.set([...named, ...passing.slice(-2), entry]);
  if (!entry.name) window.setTimeout(() => dismiss(entry.id), entry.tone === 'error' ? 9000 : 5000);
}

/** Says what an action's failure was, in the server's words. */
export function toastError(error: unknown, fallback = t.actionFailed) {
  const { title, detail } = describeError(error, fallback);
  toast(title, { detail, tone: 'error' });
}

export function describeError(error: unknown, fallback = t.somethingWrong) {
  if (error instanceof ApiError) {
    if (error.status === 0) return { title: fallback, detail: t.unreachable };
    const words = error.detail || error.title || t.serverBusy;
    return { title: fallback, detail: words, requestId: error.requestId };
  }
  return { title: fallback, detail: t.serverBusy };
}

const dismiss = (id: number) => toasts.set(toasts.get().filter((x) => x.id !== id));

export const dismissNamed = (name: string) =>
  toasts.set(toasts.get().filter((x) => x.name !== name));

/** What was done, and what went wrong. Raised where a composer stands at the foot of the page. */
export function ToastLayer({ raised = false }: { raised?: boolean }) {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div
      role="status"
      aria-live="polite"
      className={`pointer-events-none fixed inset-x-3 z-[60] flex flex-col items-center gap-2 md:inset-x-auto md:bottom-5 md:left-[76px] md:items-start ${raised ? 'bottom-[calc(env(safe-area-inset-bottom)+156px)]' : 'bottom-[calc(env(safe-area-inset-bottom)+68px)]'}`}
    >
      {shown.map((x) => (
        <div
          key={x.id}
          className="pointer-events-auto flex max-w-[440px] items-start gap-2.5 rounded-10 bg-text py-2.5 pr-2 pl-3.5 text-13 text-surface shadow-float"
        >
          {x.tone === 'error' && <Icon name="error" size={18} className="mt-px" />}
          <div className="min-w-0 flex-1 py-px">
            <div className="font-medium">{x.text}</div>
            {x.detail && <div className="opacity-85">{x.detail}</div>}
          </div>
          {x.action && (
            <button
              type="button"
              className="h-6 rounded-6 px-2 font-semibold underline underline-offset-2"
              onClick={() => {
                x.action!.run();
                dismiss(x.id);
              }}
            >
              {x.action.label}
            </button>
          )}
          <button
            type="button"
            aria-label={t.dismiss}
            className="inline-flex size-6 items-center justify-center rounded-6 opacity-80 hover:opacity-100"
            onClick={() => dismiss(x.id)}
          >
            <Icon name="close" size={15} />
          </button>
        </div>
      ))}
    </div>
  );
}
