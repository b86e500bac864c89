import { t } from '../i18n';
import { Icon } from '../ui/icon';
import { consoleTexts } from './console-texts';

export function JumpToLatest({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <button
      type="button"
      onClick={onClick}
      aria-label={
        count
          ? `${consoleTexts.text.jumpToLatest}: ${t.newMessages(count)}`
          : consoleTexts.text.jumpToLatest
      }
      className="absolute right-4 bottom-3 z-10 inline-flex h-9 items-center gap-1.5 rounded-full bg-surface px-3 text-13 font-medium shadow-float hover:bg-hover"
    >
      {count > 0 && <span className="font-semibold text-accent">{t.newMessages(count)}</span>}
      <Icon name="down" size={18} />
    </button>
  );
}
