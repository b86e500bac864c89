import type { Unresolved } from '../api/types';
import { Icon } from '../ui/icon';
import { composerTexts } from './texts';

/** Before sending: the variables that would go as they are written. */
export default function UnresolvedNotice({
  tokens,
  onSend,
  onMend,
}: {
  tokens: Unresolved[];
  onSend: () => void;
  onMend: () => void;
}) {
  const x = composerTexts.text;
  return (
    <div
      role="alert"
      className="m-2 mb-0 rounded-10 border border-amber-line bg-amber px-3 py-2.5 text-13 text-amber-ink"
    >
      <p className="flex items-center gap-2 font-semibold">
        <Icon name="warning" size={16} />
        {x.unresolvedTitle(tokens.length)}
      </p>
      <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5">
        {tokens.map((u) => (
          <li key={`${u.start}`}>
            <code className="font-medium break-all">{u.text}</code>{' '}
            {u.reason === 'empty' ? x.emptyToken : x.unknownToken}
          </li>
        ))}
      </ul>
      <p className="mt-1">{x.unresolvedHelp(tokens.length)}</p>
      <div className="mt-2 flex flex-wrap gap-2">
        <button type="button" className="btn btn-primary" onClick={onMend}>
          {x.mend}
        </button>
        <button type="button" className="btn" onClick={onSend}>
          {x.sendAnyway}
        </button>
      </div>
    </div>
  );
}
