import { consoleTexts } from '../timeline/console-texts';
import { Icon } from '../ui/icon';

/** Why nothing can be written here now, and what can be done instead. */
export function ComposerNotice({
  text,
  onTemplate,
  onTag,
}: {
  text: string;
  onTemplate?: () => void;
  onTag?: () => void;
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5 rounded-[12px] border border-line bg-sunken px-3.5 py-3">
      <Icon name="clock" className="text-muted max-md:hidden" />
      <p className="min-w-52 flex-1 text-13 text-muted">{text}</p>
      {onTemplate && (
        <button type="button" className="btn btn-primary" onClick={onTemplate}>
          <Icon name="template" size={16} />
          {consoleTexts.text.chooseTemplate}
        </button>
      )}
      {onTag && (
        <button type="button" className="btn btn-primary" onClick={onTag}>
          {consoleTexts.text.writeTagged}
        </button>
      )}
    </div>
  );
}
