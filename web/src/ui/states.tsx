import type { ReactNode } from 'react';
import { t } from '../i18n';
import { Icon, type IconName } from './icon';
import { describeError } from './toast';

/** What this is, why there is nothing, and the one next thing to do. */
export function EmptyState({
  icon,
  title,
  help,
  children,
}: {
  icon: IconName;
  title: string;
  help?: string;
  children?: ReactNode;
}) {
  return (
    <div className="m-auto flex max-w-72 flex-col items-center px-4 py-12 text-center">
      <span className="mb-3 inline-flex size-11 items-center justify-center rounded-full bg-tint text-accent">
        <Icon name={icon} size={22} />
      </span>
      <p className="font-semibold text-balance">{title}</p>
      {help && <p className="mt-1 text-13 text-balance text-muted">{help}</p>}
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}

/** What happened, what to do, and the id by which the server's log knows it. */
export function ErrorState({
  error,
  title,
  onRetry,
}: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
}) {
  const { title: heading, detail, requestId } = describeError(error, title);
  return (
    <div role="alert" className="m-auto flex max-w-80 flex-col items-center px-4 py-12 text-center">
      <span className="mb-3 inline-flex size-11 items-center justify-center rounded-full bg-red-tint text-red">
        <Icon name="error" size={22} />
      </span>
      <p className="font-semibold">{heading}</p>
      <p className="mt-1 text-13 text-muted">{detail}</p>
      {requestId && <p className="mt-1 text-12 text-faint select-all">{t.requestId(requestId)}</p>}
      {onRetry && (
        <button type="button" className="btn mt-4" onClick={onRetry}>
          <Icon name="retry" size={16} />
          {t.tryAgain}
        </button>
      )}
    </div>
  );
}

/** The shape of a floating panel whose parts are on the way. */
export function PanelSkeleton({ className }: { className: string }) {
  return (
    <div aria-busy="true" className={`grid gap-2.5 p-3 ${className}`}>
      <span className="sr-only">{t.loading}</span>
      <span className="skeleton h-8 rounded-6" />
      {[70, 55, 62, 48].map((width) => (
        <span key={width} className="skeleton h-5 rounded-6" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}
