import type { ReactNode } from 'react';
import { Icon } from '../ui/icon';
import { tip } from '../ui/tooltip';

/** A row that opens with a click anywhere, with a bin where it may be deleted. */
export function DefinitionRow({
  lead,
  name,
  detail,
  hint,
  editLabel,
  deleteLabel,
  onEdit,
  onDelete,
}: {
  lead?: ReactNode;
  name: string;
  detail?: string;
  hint?: string;
  editLabel: string;
  deleteLabel: string;
  onEdit: () => void;
  onDelete?: () => void;
}) {
  return (
    <li className="relative flex items-center gap-3 px-4 py-3 hover:bg-hover">
      {lead}
      <div className="min-w-0 flex-1">
        <button
          type="button"
          aria-label={`${editLabel}: ${name}`}
          className="block max-w-full truncate text-left font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-10 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
          onClick={onEdit}
        >
          {name}
        </button>
        {detail && <p className="line-clamp-2 text-13 text-muted">{detail}</p>}
      </div>
      {hint && <span className="shrink-0 text-13 text-muted">{hint}</span>}
      {onDelete && (
        <button
          type="button"
          className="btn-icon relative max-md:size-11"
          aria-label={`${deleteLabel}: ${name}`}
          {...tip(deleteLabel)}
          onClick={onDelete}
        >
          <Icon name="trash" size={16} />
        </button>
      )}
    </li>
  );
}
