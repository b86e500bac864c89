import type { ReactNode } from 'react';
import { t } from '../i18n';

/** A part of the page under its heading. */
export function Part({
  title,
  help,
  action,
  children,
}: {
  title: string;
  help?: string;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className="min-w-0">
      <div className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-56 flex-1">
          <h2 className="text-[15px] font-semibold">{title}</h2>
          {help && <p className="text-13 text-muted">{help}</p>}
        </div>
        {action}
      </div>
      <div className="mt-3">{children}</div>
    </section>
  );
}

/** Rows that are on the way. */
export function RowsSkeleton() {
  return (
    <div className="late grid gap-4 rounded-10 border border-line px-4 py-4" aria-busy="true">
      <span className="sr-only">{t.loading}</span>
      {[62, 48, 55, 40].map((width) => (
        <span key={width} className="flex items-center gap-3">
          <span className="skeleton size-8 rounded-full!" />
          <span className="skeleton h-4" style={{ width: `${width}%` }} />
        </span>
      ))}
    </div>
  );
}
