import type { Capabilities } from '../api/types';
import { Icon } from '../ui/icon';
import { useFocusOnMount } from '../ui/use-focus-on-mount';
import { composerTexts } from './texts';

/** What a message outside the messaging window is about: it goes only with a reason. */
export default function TagRow({
  tags,
  tag,
  onTag,
  onCancel,
}: {
  tags: Capabilities['tags'];
  tag: string;
  onTag: (tag: string) => void;
  onCancel: () => void;
}) {
  const c = composerTexts.text;
  const select = useFocusOnMount<HTMLSelectElement>();
  const chosen = tags.find((x) => x.value === tag);
  return (
    <div className="border-b border-line px-3 py-2 text-13">
      <div className="flex items-center gap-2">
        <label className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
          {c.tag}
          <select
            ref={select}
            className="input h-8 w-auto min-w-0 py-0"
            value={tag}
            onChange={(e) => onTag(e.target.value)}
          >
            <option value="" disabled>
              {c.chooseTag}
            </option>
            {tags.map((x) => (
              <option key={x.value} value={x.value}>
                {x.name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="btn-icon" aria-label={c.withoutTag} onClick={onCancel}>
          <Icon name="close" />
        </button>
      </div>
      <p className="mt-1 text-12 text-muted">{chosen?.help || c.tagHelp}</p>
    </div>
  );
}
